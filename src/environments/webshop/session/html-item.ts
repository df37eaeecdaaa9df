/** The html of a product's page: its options, facts and buttons, and the script that the original puts behind it. */
import { toJson } from "../python/text.ts";
import type { OptionGroup, Product } from "../types.ts";
import { escaped, framed, links, loop, previousButton } from "./html-parts.ts";
import { type Choices, choose, type SubPage } from "./state.ts";
import type { ViewOf } from "./view.ts";

type ItemView = ViewOf<"item">;

export const itemPage = (view: ItemView): string =>
  framed(
    view,
    `${previousButton(links.results(view, view))}
      <div class="row top-buffer">
        <div class="col-md-4 mb-4 mb-md-0">
          <div class="row top-buffer">
            <img id="product-image" src="${escaped(view.product.image)}" class="item-page-img">
          </div>
${loop(
  10,
  view.product.options.map((group) => optionGroup(view, group)),
)}
        </div>
        <div class="col-md-6">
          <h2>${escaped(view.product.title)}</h2>
          <h4>Price: ${escaped(view.product.priceTag)}</h4>
          <h4>Rating: N.A.</h4>
          <div class="row top-buffer">
${subPageButton(view, { name: "Description", field: "description" })}
${subPageButton(view, { name: "Features", field: "bulletpoints" })}
${subPageButton(view, { name: "Reviews", field: "reviews" })}
${loop(12, view.showAttributes ? [subPageButton(view, { name: "Attributes", field: "attributes" })] : [])}
          </div>
        </div>
        <div class="col-sm-2">
          <div class="row top-buffer">
            <form method="post" action="${links.done(view, view)}">
              <button type="submit" class="btn btn-lg purchase">Buy Now</button>
            </form>
          </div>
        </div>
      </div>`,
    script(view.options, view.product),
  );

const optionGroup = (view: ItemView, { name, values }: OptionGroup) => `            <div class="row top-buffer">
              <h4>${escaped(name)}</h4>
              <div class="radio-toolbar">
${loop(
  16,
  values.map((value, index) => radioButton(view, { name, value, id: `radio_${name}${index}` })),
)}
              </div>
            </div>`;

function radioButton(view: ItemView, { name, value, id }: { name: string; value: string; id: string }): string {
  const address = links.item(view, { ...view, options: choose(view.options, name, value) });
  const attributes = `id="${escaped(id)}" name="${escaped(name)}" value="${escaped(value)}" data-url="${address}"`;
  const blankLine = `${" ".repeat(18)}\n`;
  return `${blankLine.repeat(3)}                  <input type="radio" ${attributes}>
                  <label for="${escaped(id)}">${escaped(value)}</label>`;
}

const subPageButton = (view: ItemView, { name, field }: { name: SubPage; field: string }) =>
  `            <div class="col-sm-3" name="${field}">
              <form method="post" action="${links.subPage(view, view, name)}">
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
