/** The generated shop's names and sentences. Written for gleaner; brands are made of syllables and mean nothing. */
import { random } from "../../../core/random.ts";

const syllables = (text: string) => text.split(" ");

const SYLLABLES = {
  first: syllables(
    "ba be bo da de do fa fi ga ha jo ka ke ki la le lo lu ma me mi mo na ne no pa pe ra re ri sa so ta vi zo",
  ),
  second: syllables(
    "bel cor dan fen gor kan lin lum mar mon nar nel nim pol ran rel rin sol tan ten tor val ver vin zen",
  ),
  last: syllables("a ado ar ea ek el en era esto ia ika im ine io is o ola on or ora um us yn"),
} as const;

/** Some of the names; the same for the same seed. A few may come twice. */
export function brandNames(seed: number, count: number): readonly string[] {
  const draw = random("generated brands", seed);
  const { first, second, last } = SYLLABLES;
  return Array.from({ length: count }, () => capitalized(draw.pick(first) + draw.pick(second) + draw.pick(last)));
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

const TITLED = new Map<string, string>();

/** Every word with a capital letter. For the few hundred phrases of the shop: all are remembered. */
export function titled(phrase: string): string {
  const known = TITLED.get(phrase) ?? phrase.split(" ").map(capitalized).join(" ");
  TITLED.set(phrase, known);
  return known;
}

/** A maker's lines. */
export const SERIES: readonly string[] = (
  "Acorn Alder Anchor Arbor Arrow Aspen Aurora Basin Beacon Birchwood Breeze Brook Canyon Cascade Comet Compass Cove Crest " +
  "Delta Drift Ember Fable Falcon Fjord Forge Glade Gully Harbor Haven Heron Horizon Isle Juniper Kestrel Lagoon Lantern " +
  "Lark Ledge Lumen Meadow Mesa Nimbus Orbit Otter Pebble Pine Prairie Quarry Quill Reef Ridge River Saffron Sierra Sparrow " +
  "Summit Thicket Thistle Tundra Valley Vista Willow Wren Zephyr"
).split(" ");

/** Where things are used: ends a title or a sentence. */
export const PLACES: readonly string[] = [
  "weekend trips",
  "small flats",
  "busy mornings",
  "long evenings",
  "shared houses",
  "first homes",
  "every day",
  "rainy afternoons",
  "the whole household",
  "guests",
  "students",
  "travellers",
];

/** Slots here and below: `{brand}`, `{series}`, `{kind}`, `{plural}`, `{place}`. */
export const OPENINGS: readonly string[] = [
  "The {series} {kind}: the answer of {brand} to years of letters from customers.",
  "{brand} has made {plural} in one workshop since its first day, and this one shows why.",
  "Some {plural} look fine in pictures and fail within a month; ours is made to stay.",
  "We asked two hundred owners of {plural} what annoyed them and changed exactly that.",
  "Made for {place}: a {series} {kind} for whoever wants a plain job done well.",
  "With the {series} line {brand} went back to the drawing board.",
];

/** Each praises one attribute, `{attribute}`, which may be a thing or a quality. */
export const PRAISES: readonly string[] = [
  "What our testers noticed first: {attribute}.",
  "What owners mention most often when they write to us: {attribute}.",
  "New in the version of this season, as many had asked: {attribute}.",
  "We are a little proud of one thing above all, {attribute}.",
  "Checked by hand before it leaves us: {attribute}.",
  "The reason why people come back for a second one: {attribute}.",
];

/** Say nothing that a goal could ask for. */
export const REMARKS: readonly string[] = [
  "It arrives in plain cardboard without plastic, together with a leaflet in several tongues.",
  "If anything is wrong with it, write to us and a person will reply within a day.",
  "We ship from two warehouses, so most parcels arrive before the week is over.",
  "You may send it back within a month, whatever the reason, and we pay the postage.",
  "The guarantee runs for two years and passes on to whoever owns it next.",
  "Measure twice before you order; the chart among the pictures shows all dimensions.",
  "Shades on a screen are never quite those of the real thing, so expect a slight difference.",
  "Our customers keep theirs for about seven years, longer than for any rival we know.",
  "It has been part of our catalogue for a while and was revised three times.",
  "People buy it as a present for birthdays, weddings and new beginnings.",
  "The makers are paid fairly, and we publish the names of all suppliers.",
  "A short film on our pages tells how it is put together and looked after.",
  "Nothing about it is louder, brighter or heavier than it has to be.",
  "It goes well with the other things of the same line, and with most older ones.",
];

/** What follows an attribute's name in the list of features. */
export const FEATURES: readonly string[] = [
  "thought through to the last detail and tested for months",
  "something that you usually find on far dearer {plural}",
  "made to last as long as everything else about it",
  "a small thing that makes a large difference for {place}",
  "chosen after a vote among owners of earlier models",
  "added because so many of you wrote to us about it",
  "designed by {brand} and found nowhere else in this form",
  "easy to get used to and hard to give up again",
];
