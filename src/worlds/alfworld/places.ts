/**
 * Where things are usually found in a household, the likeliest kind of receptacle first; kinds that must be opened
 * come a little later. Counted over the training games, and the only thing that the searcher knows of them.
 */

const PLACES: Readonly<Record<string, string>> = {
  alarmclock: "desk dresser sidetable shelf diningtable countertop",
  apple: "diningtable fridge countertop microwave garbagecan sinkbasin sidetable",
  book: "bed desk dresser coffeetable armchair sofa diningtable sidetable countertop shelf drawer cabinet",
  bowl: "desk diningtable fridge countertop dresser coffeetable shelf sinkbasin microwave sidetable cabinet",
  box: "coffeetable sofa tvstand diningtable desk ottoman sidetable dresser armchair shelf cabinet",
  bread: "diningtable countertop fridge sidetable garbagecan",
  butterknife: "diningtable countertop sinkbasin sidetable drawer",
  candle: "toilet cart countertop coffeetable sidetable tvstand dresser shelf diningtable drawer cabinet",
  cd: "desk dresser sidetable diningtable garbagecan armchair shelf safe drawer cabinet",
  cellphone: "bed desk dresser sidetable safe diningtable coffeetable armchair sofa countertop shelf drawer cabinet",
  cloth: "bathtubbasin cart toilet countertop dresser sinkbasin shelf drawer cabinet",
  creditcard: "desk dresser tvstand sofa coffeetable armchair sidetable ottoman shelf diningtable countertop drawer",
  cup: "diningtable fridge countertop sinkbasin microwave sidetable cabinet shelf",
  desklamp: "desk dresser sidetable coffeetable shelf",
  dishsponge: "cart diningtable countertop bathtubbasin sinkbasin garbagecan toilet shelf drawer cabinet sidetable",
  egg: "diningtable fridge countertop sinkbasin garbagecan microwave sidetable",
  fork: "diningtable countertop sinkbasin sidetable drawer",
  glassbottle: "diningtable countertop sinkbasin fridge garbagecan shelf cabinet",
  handtowel: "handtowelholder countertop",
  kettle: "stoveburner countertop diningtable sinkbasin cabinet shelf",
  keychain: "desk dresser coffeetable tvstand sidetable ottoman sofa safe armchair diningtable shelf drawer cabinet",
  knife: "diningtable countertop sinkbasin drawer sidetable",
  ladle: "countertop diningtable sinkbasin cabinet drawer",
  laptop: "bed desk coffeetable sofa tvstand dresser ottoman diningtable armchair sidetable countertop",
  lettuce: "diningtable countertop fridge sinkbasin sidetable garbagecan",
  mug: "coffeemachine desk diningtable countertop dresser fridge sinkbasin sidetable microwave shelf cabinet",
  newspaper: "sofa coffeetable ottoman dresser tvstand sidetable armchair diningtable shelf drawer",
  pan: "stoveburner countertop diningtable fridge cabinet",
  papertowelroll: "cart countertop diningtable toilet garbagecan shelf sidetable",
  pen: "desk dresser sidetable coffeetable diningtable tvstand shelf countertop garbagecan drawer",
  pencil: "desk dresser sidetable coffeetable diningtable shelf tvstand garbagecan countertop drawer",
  peppershaker: "diningtable countertop sidetable cabinet shelf drawer",
  pillow: "bed sofa armchair",
  plate: "diningtable countertop coffeetable fridge sinkbasin cabinet sidetable shelf microwave",
  pot: "stoveburner countertop diningtable fridge sinkbasin cabinet",
  potato: "diningtable fridge countertop sinkbasin microwave garbagecan sidetable",
  remotecontrol: "coffeetable tvstand sofa ottoman dresser armchair sidetable desk diningtable shelf drawer countertop",
  saltshaker: "diningtable countertop sidetable cabinet shelf drawer",
  soapbar: "bathtubbasin toilet cart sinkbasin countertop garbagecan sidetable shelf drawer cabinet",
  soapbottle: "toilet diningtable countertop garbagecan shelf sidetable dresser cabinet drawer",
  spatula: "diningtable countertop sinkbasin drawer sidetable",
  spoon: "diningtable countertop sinkbasin sidetable drawer",
  spraybottle: "cart toilet countertop garbagecan dresser diningtable sidetable shelf cabinet",
  statue: "coffeetable tvstand dresser sidetable shelf diningtable desk countertop",
  teddybear: "bed",
  tissuebox:
    "cart coffeetable tvstand desk sidetable diningtable shelf dresser countertop toilet drawer garbagecan cabinet",
  toiletpaper: "toilet cart toiletpaperhanger countertop garbagecan dresser shelf sidetable drawer cabinet",
  tomato: "diningtable fridge countertop garbagecan sinkbasin sidetable",
  vase: "coffeetable tvstand shelf dresser diningtable sidetable countertop desk cabinet",
  watch: "coffeetable tvstand dresser sidetable diningtable desk shelf drawer",
  wateringcan: "coffeetable shelf sidetable",
  winebottle: "diningtable countertop garbagecan shelf cabinet fridge",
};

/** Kinds of receptacles in which things of `kind` may be, the likeliest first; empty for unknown kinds. */
export function likelyPlaces(kind: string): readonly string[] {
  return Object.hasOwn(PLACES, kind) ? PLACES[kind]!.split(" ") : [];
}
