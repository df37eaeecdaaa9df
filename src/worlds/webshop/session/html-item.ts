/** The html of a product's page: its options, facts and buttons, and the script that the original puts behind it. */
import { toJson } from "../python/text.ts";
import type { OptionGroup, Product } from "../types.ts";
import { escaped, framed, type Links, linksOf, loop, previousButton } from "./html-parts.ts";
import { type Choices, choose, type SubPage } from "./state.ts";
import type { ViewOf } from "./view.ts";

type ItemView = ViewOf<"item">;

export function itemPage(view: ItemView): string {
  const links = linksOf(view);
  const body = `${previousButton(links.results(view.page))}
      <div class="row top-buffer">
        <div class="col-md-4 mb-4 mb-md-0">
          <div class="row top-buffer">
            <img id="product-image" src="${escaped(view.product.image)}" class="item-page-img">
          </div>
${loop(
  10,
  view.product.options.map((group) =>
    optionGroup(group, (value) => links.item(view.asin, choose(view.options, group.name, value))),
  ),
)}
        </div>
        <div class="col-md-6">
          <h2>${escaped(view.product.title)}</h2>
          <h4>Price: ${escaped(view.product.priceTag)}</h4>
          <h4>Rating: N.A.</h4>
          <div class="row top-buffer">
${subPageButton(links, { name: "Description", field: "description" })}
${subPageButton(links, { name: "Features", field: "bulletpoints" })}
${subPageButton(links, { name: "Reviews", field: "reviews" })}
${loop(12, view.showAttributes ? [subPageButton(links, { name: "Attributes", field: "attributes" })] : [])}
          </div>
        </div>
        <div class="col-sm-2">
          <div class="row top-buffer">
            <form method="post" action="${links.done}">
              <button type="submit" class="btn btn-lg purchase">Buy Now</button>
            </form>
          </div>
        </div>
      </div>`;
  return framed(view, links, { body, script: script(view.options, view.product) });
}

const optionGroup = (
  { name, values }: OptionGroup,
  linkTo: (value: string) => string,
) => `            <div class="row top-buffer">
              <h4>${escaped(name)}</h4>
              <div class="radio-toolbar">
${loop(
  16,
  values.map((value, index) => radioButton({ name, value, id: `radio_${name}${index}`, address: linkTo(value) })),
)}
              </div>
            </div>`;

interface RadioButton {
  readonly name: string;
  readonly value: string;
  readonly id: string;
  readonly address: string;
}

function radioButton({ name, value, id, address }: RadioButton): string {
  const attributes = `id="${escaped(id)}" name="${escaped(name)}" value="${escaped(value)}" data-url="${address}"`;
  const blankLine = `${" ".repeat(18)}\n`;
  return `${blankLine.repeat(3)}                  <input type="radio" ${attributes}>
                  <label for="${escaped(id)}">${escaped(value)}</label>`;
}

const subPageButton = (links: Links, { name, field }: { name: SubPage; field: string }) =>
  `            <div class="col-sm-3" name="${field}">
              <form method="post" action="${links.subPage(name)}">
                <button class="btn btn-primary" type="submit">${name}</button>
              </form>
            </div>`;

const imagesOf = ({ options, optionImages }: Product) =>
  new Map(options.flatMap(({ values }) => values.map((value) => [value, optionImages.get(value) ?? null] as const)));

const script = (options: Choices, product: Product) => `
  <script>
    $(document).ready(function() {
      $('input:radio').each(function() {
        //console.log($(this).val());
        let options = JSON.parse(\`${toJson(options)}\`);
        let optionValues = $.map(options, function(value, key) { return value });
        //console.log(optionValues);
        if (optionValues.includes($(this).val())) {
          $(this).prop('checked', true);

          let option_to_image = JSON.parse(\`${toJson(imagesOf(product))}\`);
//          console.log($(this).val());
//          console.log(options);
//          console.log(option_to_image);
          let image_url = option_to_image[$(this).val()];

          //console.log(image_url);
          if (image_url) {
            $("#product-image").attr("src", image_url);
          }
        }
        
        // reload with updated options
        this.addEventListener("click", function() {
          window.location.href = this.dataset.url;
        });

      });
    });
  </script>`;
