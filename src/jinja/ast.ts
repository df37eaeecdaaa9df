/** What a template is made of, as Jinja2's parser sees it. */

export type Expression =
  | { readonly kind: "const"; readonly value: null | boolean | string }
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list" | "tuple"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "item"; readonly of: Expression; readonly at: Expression }
  | { readonly kind: "slice"; readonly of: Expression; readonly bounds: readonly (Expression | null)[] }
  | { readonly kind: "call"; readonly callee: Expression; readonly given: Arguments }
  | { readonly kind: "filter"; readonly of: Expression | null; readonly name: string; readonly given: Arguments }
  | { readonly kind: "test"; readonly of: Expression; readonly name: string; readonly given: Arguments }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "sign"; readonly operator: string; readonly of: Expression }
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "compare"; readonly first: Expression; readonly rest: readonly Comparison[] }
  | { readonly kind: "concat"; readonly items: readonly Expression[] }
  | { readonly kind: "arithmetic"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "choice"; readonly test: Expression; readonly yes: Expression; readonly no: Expression | null };

export interface Comparison {
  readonly operator: string;
  readonly with: Expression;
}

/** `*given` and `**given` are not known here. */
export interface Arguments {
  readonly args: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
}

/** What a value can be given to: a name, a member of a namespace, or several. */
export type Target =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "member"; readonly name: string; readonly attribute: string }
  | { readonly kind: "tuple"; readonly items: readonly Target[] };

export interface Parameter {
  readonly name: string;
  readonly default: Expression | null;
}

export type Body = readonly Statement[];

export type Statement =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly value: Expression }
  | { readonly kind: "if"; readonly test: Expression; readonly body: Body; readonly otherwise: Body }
  | {
      readonly kind: "for";
      readonly target: Target;
      readonly over: Expression;
      readonly test: Expression | null;
      readonly body: Body;
      readonly otherwise: Body;
    }
  | { readonly kind: "break" | "continue" }
  | { readonly kind: "set"; readonly target: Target; readonly value: Expression }
  | { readonly kind: "set block"; readonly target: Target; readonly filter: Expression | null; readonly body: Body }
  | { readonly kind: "with"; readonly values: readonly (readonly [Target, Expression])[]; readonly body: Body }
  | { readonly kind: "macro"; readonly name: string; readonly parameters: readonly Parameter[]; readonly body: Body }
  | {
      readonly kind: "call";
      readonly parameters: readonly Parameter[];
      readonly call: Expression & { kind: "call" };
      readonly body: Body;
    }
  | { readonly kind: "filter"; readonly filter: Expression; readonly body: Body }
  | { readonly kind: "generation"; readonly body: Body };
