/**
 * What the generated shop sells: ten departments with four kinds of product each. A kind has its own attributes and
 * shares a few with its department; its products come in options. Written for gleaner, nothing is taken from a real shop.
 *
 * The words keep the reward honest: no attribute of a kind passes for another, no option value for another value, and
 * none holds a colour as part of a word (kinds.test.ts checks it).
 */

import {
  CLOTHES_SIZE,
  COLOUR,
  CUPS,
  EXTENT,
  FORMAT,
  list,
  type OptionPool,
  PACK,
  pool,
  SCENT,
  SHOE_SIZE,
} from "./options.ts";

export interface Kind {
  /** Two words or more, so that titles of one kind always share enough nouns. */
  readonly name: string;
  readonly plural: string;
  readonly department: string;
  /** USD, from the plainest to the finest. */
  readonly prices: readonly [low: number, high: number];
  /** What its products may have; each has some. */
  readonly attributes: readonly string[];
  readonly options: readonly OptionPool[];
}

interface Line {
  readonly name: string;
  /** If it is not the name with an s. */
  readonly plural?: string;
  readonly prices: Kind["prices"];
  readonly attributes: string;
  readonly options: Kind["options"];
}

function department(name: string, shared: string, lines: readonly Line[]): readonly Kind[] {
  return lines.map((line) => ({
    ...line,
    plural: line.plural ?? `${line.name}s`,
    department: name,
    attributes: [...list(line.attributes), ...list(shared)],
  }));
}

export const KINDS: readonly Kind[] = [
  ...department("Clothing", "soft cotton | recycled yarn | flat seams | deep pockets", [
    {
      name: "rain jacket",
      prices: [39, 250],
      attributes:
        "taped zip | storm hood | fleece lining | reflective trim | elastic cuffs | stowaway pouch | drop tail hem | chin guard",
      options: [COLOUR, CLOTHES_SIZE],
    },
    {
      name: "hiking trousers",
      plural: "hiking trousers",
      prices: [34, 180],
      attributes:
        "detachable legs | stretch waist | knee patches | belt loops | quick dry weave | ankle ties | gusseted seat | sun protection",
      options: [COLOUR, CLOTHES_SIZE],
    },
    {
      name: "winter sweater",
      prices: [31, 225],
      attributes:
        "merino blend | ribbed collar | shawl neck | cable pattern | suede elbows | raglan sleeves | button placket | long cuffs",
      options: [COLOUR, CLOTHES_SIZE],
    },
    {
      name: "running shoes",
      plural: "running shoes",
      prices: [50, 295],
      attributes:
        "cushioned sole | carbon plate | roomy toe box | heel loop | grippy tread | removable insole | speed laces | rocker shape",
      options: [COLOUR, SHOE_SIZE],
    },
  ]),
  ...department("Kitchen", "dishwasher safe | heat resistant grip | gift box | recipe booklet", [
    {
      name: "coffee grinder",
      prices: [38, 640],
      attributes:
        "conical burrs | timer dial | antistatic bin | hushed motor | grounds drawer | espresso setting | cord wrap | bean hopper",
      options: [COLOUR, CUPS],
    },
    {
      name: "water kettle",
      prices: [30, 380],
      attributes:
        "gooseneck spout | keep warm mode | boil dry stop | glass body | swivel base | limescale filter | level window | temperature presets",
      options: [COLOUR, CUPS],
    },
    {
      name: "cake pan",
      prices: [16, 140],
      attributes:
        "loose bottom | silicone edge | nonstick coating | spring clamp | crinkled rim | insulated wall | carry lid | measured marks",
      options: [pool("shape", "in * shape", "round | oblong | heart | loaf | ring"), PACK],
    },
    {
      name: "kitchen knife",
      plural: "kitchen knives",
      prices: [24, 520],
      attributes:
        "forged spine | hammered blade | walnut handle | finger guard | blade sheath | full tang | left handed bevel | hollow edge",
      options: [pool("blade", "with a * blade", "paring | santoku | bread | carving | filleting")],
    },
  ]),
  ...department("Home", "felt feet | handmade finish | spare parts kit | tool free assembly", [
    {
      name: "desk lamp",
      prices: [28, 440],
      attributes:
        "dimmable light | usb port | weighted base | folding arm | touch switch | warm glow | clamp mount | sleep timer",
      options: [COLOUR, pool("plug", "with a * plug", "european | british | american")],
    },
    {
      name: "throw blanket",
      prices: [32, 280],
      attributes:
        "sherpa back | fringed edge | knitted weave | weighted fill | heated layer | anti pill surface | corner loops | foot pocket",
      options: [COLOUR, pool("bed size", "for a * bed", "twin | queen | king | crib")],
    },
    {
      name: "wall clock",
      prices: [22, 340],
      attributes:
        "silent sweep | luminous hands | date window | roman numerals | domed glass | solar cell | radio control | pendulum swing",
      options: [COLOUR],
    },
    {
      name: "storage basket",
      prices: [18, 170],
      attributes:
        "rope handles | hinged lid | removable liner | collapsible frame | label holder | rolling casters | woven seagrass | divided interior",
      options: [COLOUR, EXTENT],
    },
  ]),
  ...department("Office", "cable channel | rounded corners | fingerprint proof coat | adjustable tension", [
    {
      name: "office chair",
      prices: [75, 1200],
      attributes:
        "lumbar cushion | tilt lock | flip up arms | mesh back | seat slider | footrest bar | hard floor wheels | headrest wing",
      options: [COLOUR],
    },
    {
      name: "dotted notebook",
      prices: [15, 135],
      attributes:
        "lay flat spine | pen loop | numbered pages | ribbon marker | inner envelope | bleed proof paper | perforated sheets | elastic closure",
      options: [COLOUR, FORMAT],
    },
    {
      name: "monitor stand",
      prices: [36, 480],
      attributes:
        "pencil tray | phone slot | height steps | vented deck | rubber pads | side hooks | swivel plate | vesa bracket",
      options: [COLOUR],
    },
    {
      name: "gel pen set",
      prices: [12, 115],
      attributes:
        "smudge free ink | needle tip | cushion barrel | metal clip | refill tubes | click button | erasable line | archival pigment",
      options: [pool("ink", "with * ink", "black | navy | red | green | purple"), PACK],
    },
  ]),
  ...department("Outdoors", "ripstop fabric | packs small | repair patch | glow pulls", [
    {
      name: "camping tent",
      prices: [60, 980],
      attributes:
        "mesh ceiling | gear loft | sealed floor | fast pitch poles | blackout walls | vestibule porch | rain fly | storm pegs",
      options: [COLOUR, pool("people", "for *", "two people | three people | four people | eight people")],
    },
    {
      name: "hiking backpack",
      prices: [45, 435],
      attributes:
        "padded hip belt | rain cover | hydration sleeve | sternum whistle | trekking loops | airflow back | shoe compartment | side zipper",
      options: [COLOUR, pool("torso", "for a * torso", "short | average | long")],
    },
    {
      name: "sleeping bag",
      prices: [40, 590],
      attributes:
        "mummy shape | draft collar | double zipper | down fill | hooded top | stuff sack | foot vent | quilted shell",
      options: [COLOUR, pool("season", "for *", "summer | autumn | winter")],
    },
    {
      name: "water bottle",
      prices: [16, 120],
      attributes:
        "straw lid | leak proof cap | vacuum wall | carry loop | fruit infuser | time markings | wide mouth | bamboo ring",
      options: [COLOUR, EXTENT],
    },
  ]),
  ...department("Electronics", "fast charging | aluminium shell | low latency mode | travel pouch", [
    {
      name: "wireless earbuds",
      plural: "wireless earbuds",
      prices: [36, 660],
      attributes:
        "noise cancelling | ear hooks | charging case | touch controls | sweat proof body | lost bud finder | wind guard | voice assistant",
      options: [COLOUR],
    },
    {
      name: "bluetooth speaker",
      prices: [32, 820],
      attributes:
        "stereo pairing | bass radiator | party lights | shower proof | radio tuner | speakerphone | suction mount | battery gauge",
      options: [COLOUR, EXTENT],
    },
    {
      name: "power bank",
      prices: [24, 300],
      attributes:
        "solar panel | built in cable | wireless pad | digital display | torch light | three outputs | airline safe | drop guard",
      options: [COLOUR, pool("charge", "with * charge", "light duty | everyday | marathon")],
    },
    {
      name: "phone tripod",
      prices: [20, 240],
      attributes:
        "remote shutter | flexible legs | ball head | ring light | level bubble | magnetic clamp | quick release plate | folding handle",
      options: [COLOUR],
    },
  ]),
  ...department("Beauty", "cruelty free | fragrance free formula | refillable jar | dermatologist tested", [
    {
      name: "face cream",
      prices: [21, 420],
      attributes:
        "hyaluronic acid | shea butter | aloe extract | vitamin serum | matte effect | sun filter | overnight repair | oat milk",
      options: [pool("skin", "for * skin", "dry | oily | sensitive | mature"), PACK],
    },
    {
      name: "hair brush",
      plural: "hair brushes",
      prices: [15, 225],
      attributes:
        "boar bristles | detangling pins | vented head | cushion base | beech handle | travel mirror | scalp massage | ionic care",
      options: [COLOUR, pool("hair", "for * hair", "curly | straight | thick | fine")],
    },
    {
      name: "soap bar",
      prices: [12, 110],
      attributes:
        "goat milk | olive oil base | exfoliating oats | hanging rope | charcoal swirl | palm free recipe | hand poured | sea salt grains",
      options: [SCENT, PACK],
    },
    {
      name: "scented candle",
      prices: [18, 240],
      attributes:
        "soy wax | wooden wick | crackling flame | tin lid | ceramic cup | lead free wick | dried petals | slow burn",
      options: [SCENT, EXTENT],
    },
  ]),
  ...department("Pantry", "gluten free | organic farming | no added sugar | resealable bag", [
    {
      name: "herbal tea",
      prices: [12, 125],
      attributes:
        "loose leaf | pyramid bags | caffeine free | bedtime blend | cold brew ready | rose hips | spiced bark | local honey",
      options: [pool("flavor", "with * flavor", "ginger | chamomile | hibiscus | rooibos | fennel | nettle"), PACK],
    },
    {
      name: "trail mix",
      plural: "trail mixes",
      prices: [15, 145],
      attributes:
        "roasted cashews | dried mango | cocoa nibs | pumpkin seeds | sea salted | coconut chips | plant protein | snack portions",
      options: [pool("flavor", "with * flavor", "smoky | tropical | berry | maple | curry"), PACK],
    },
    {
      name: "hot sauce",
      prices: [12, 100],
      attributes:
        "ghost pepper | fermented garlic | squeeze bottle | dropper top | vegan recipe | small batch | lime zest | thick pour",
      options: [pool("heat", "with * heat", "mild | moderate | fierce | extreme"), PACK],
    },
    {
      name: "granola cereal",
      prices: [15, 120],
      attributes:
        "whole oats | toasted almonds | freeze dried fruit | chia seeds | crunchy clusters | probiotic boost | maple glaze | high fibre",
      options: [pool("flavor", "with * flavor", "cinnamon | apple | banana | vanilla | pecan"), PACK],
    },
  ]),
  ...department("Pets", "chew proof | washable cover | vet approved | odour control", [
    {
      name: "dog harness",
      plural: "dog harnesses",
      prices: [20, 190],
      attributes:
        "front clip | padded chest | night reflector | rescue handle | buckle lock | no pull design | side pouch | seatbelt loop",
      options: [COLOUR, CLOTHES_SIZE],
    },
    {
      name: "cat tree",
      prices: [50, 530],
      attributes:
        "sisal posts | hammock bed | plush perch | hidden cave | dangling toys | wall anchor | scratch ramp | wide platform",
      options: [COLOUR],
    },
    {
      name: "bird feeder",
      prices: [18, 175],
      attributes:
        "squirrel guard | suet cage | window cups | drain holes | copper roof | seed tray | locking lid | camera mount",
      options: [COLOUR, EXTENT],
    },
    {
      name: "aquarium filter",
      prices: [26, 320],
      attributes:
        "sponge stage | bio rings | flow dial | self priming | surface skimmer | spray bar | whisper pump | media basket",
      options: [pool("tank", "for a * tank", "nano | medium | giant")],
    },
  ]),
  ...department("Toys", "rounded edges | learning cards | storage tin | water based paint", [
    {
      name: "jigsaw puzzle",
      prices: [16, 130],
      attributes:
        "linen print | sorting trays | shaped pieces | poster included | glow effect | wooden tiles | mystery scene | thick board",
      options: [
        pool("theme", "with a * theme", "castle | harbor | jungle | planets | market | winter"),
        pool("level", "for *", "beginners | veterans"),
      ],
    },
    {
      name: "building blocks",
      plural: "building blocks",
      prices: [24, 260],
      attributes:
        "magnetic sides | marble run | gear wheels | extra baseplate | play figures | idea book | chunky studs | mesh bag",
      options: [pool("age", "for *", "toddlers | preschool | grade school | teens"), EXTENT],
    },
    {
      name: "plush bear",
      prices: [18, 180],
      attributes:
        "embroidered eyes | bow tie | heartbeat sound | bean paws | zip pocket | organic stuffing | lullaby chip | curly coat",
      options: [COLOUR, EXTENT],
    },
    {
      name: "board game",
      prices: [22, 190],
      attributes:
        "cooperative play | solo mode | hourglass timer | painted miniatures | modular map | short rounds | secret roles | dice tower",
      options: [
        pool("players", "for *", "two players | four players | six players"),
        pool("language", "in *", "english | french | german | italian"),
      ],
    },
  ]),
];
