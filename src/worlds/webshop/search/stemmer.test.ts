import assert from "node:assert/strict";
import { test } from "node:test";
import { stemOf } from "./stemmer.ts";

const STEMS = {
  plurals: "caresses:caress ponies:poni ties:ti caress:caress cats:cat ies:i",
  "past and progressive": "feed:feed agreed:agre plastered:plaster bled:bled motoring:motor sing:sing",
  "what they leave behind":
    "conflated:conflat troubled:troubl sized:size hopping:hop tanned:tan falling:fall hissing:hiss fizzed:fizz failing:fail filing:file",
  "final y": "happy:happi sky:sky say:sai yyy:yyi",
  "double suffixes":
    "relational:relat conditional:condit rational:ration valenci:valenc hesitanci:hesit digitizer:digit radicalli:radic differentli:differ vileli:vile analogousli:analog vietnamization:vietnam predication:predic operator:oper feudalism:feudal decisiveness:decis hopefulness:hope callousness:callous formaliti:formal sensitiviti:sensit sensibiliti:sensibl",
  "later departures": "conformabli:conform possibly:possibl archaeologi:archaeolog logi:logi",
  adjectives:
    "triplicate:triplic formative:form formalize:formal electriciti:electr electrical:electr hopeful:hope goodness:good",
  endings:
    "revival:reviv allowance:allow inference:infer airliner:airlin gyroscopic:gyroscop adjustable:adjust defensible:defens irritant:irrit replacement:replac adjustment:adjust dependent:depend adoption:adopt homologou:homolog communism:commun activate:activ angulariti:angular homologous:homolog effective:effect bowdlerize:bowdler",
  "final e and double l": "probate:probat rate:rate cease:ceas controll:control roll:roll",
  "words of one or two letters, and no words": "as:as s:s ed:ed 24.136:24.136 ü's:ü' éés:éé",
};

for (const [what, pairs] of Object.entries(STEMS)) {
  test(what, () => {
    for (const pair of pairs.split(" ")) {
      const [word, stem] = pair.split(":");
      assert.equal(stemOf(word!), stem, word);
    }
  });
}
