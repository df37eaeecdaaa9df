/**
 * The observation mode `html`: the original's pages byte for byte, as recorded from it (Flask 2.2.2, Jinja 3). Blank
 * lines, stray closing tags and empty fields are the original's. Its page `Attributes`, off by default, was never
 * recorded; here it is made like the other sub pages.
 */
import { floatRepr, toJson } from "../python/text.ts";
import type { Product } from "../types.ts";
import { itemPage } from "./html-item.ts";
import { centred, escaped, framed, type Links, linksOf, loop, previousButton } from "./html-parts.ts";
import type { View, ViewOf } from "./view.ts";

export function htmlOf(view: View): string {
  switch (view.kind) {
    case "index":
      return indexPage(view);
    case "results":
      return resultsPage(view);
    case "item":
      return itemPage(view);
    case "sub":
      return subPage(view);
    case "done":
      return donePage(view);
  }
}

const indexPage = (view: ViewOf<"index">) =>
  centred(`          <div id="logo" class="text-center">
            <h2>WebShop</h2>
          </div>
          <div id="instruction-text" class="text-center">
            <h4>Instruction: <br>${escaped(view.instruction)}</h4>
          </div>
          <form role="form" id="form-buscar" method="post" action="${linksOf(view).index}">
            <div class="form-group">
              <div class="input-group">
                <input id="search_input" class="form-control" type="text" name="search_query" placeholder="Search..." required/>
                <span class="input-group-btn">
                  <button class="btn btn-success" type="submit"><i class="glyphicon glyphicon-search" aria-hidden="true"></i>Search</button>
                </span>
              </div>
            </div>
          </form>`);

function resultsPage(view: ViewOf<"results">): string {
  const links = linksOf(view);
  const body = `      <div class="row top-buffer">
        <div class="col-sm-8">
          <div class="display-4">
            <h3>Page ${view.page} (Total results: ${view.total})</h3>
          </div>
${loop(10, [view.page > 1 ? bothPagingButtons(links, view.page) : nextButtonAlone(links, view.page)])}
        </div>
      </div>

      <div class="row top-buffer">
${loop(
  8,
  view.products.map((product) => listedProduct(links, product)),
)}
      </div>`;
  return framed(view, links, { body });
}

const bothPagingButtons = (links: Links, page: number) => `            <div class="col-sm-2">
${pagingButton(links.results(page - 1), "&lt; Prev")}
            </div>
            <div class="col-sm-2">
${pagingButton(links.results(page + 1), "Next &gt;")}
            </div>`;

const nextButtonAlone = (links: Links, page: number) => `            <div class="col-sm-2">
            </div>
            <div class="col-sm-2">
${pagingButton(links.results(page + 1), "Next &gt;")}
            </div>`;

const pagingButton = (address: string, label: string) => `              <form method="post" action="${address}">
                <button type="submit" class="btn btn-primary">${label}</button>
              </form>`;

function listedProduct(links: Links, product: Product): string {
  const { asin, title, image, priceTag, category, query, productCategory } = product;
  const row = '<div class="d-flex align-items-center justify-content-between mt-1">';
  return `        <div class="col-lg-12 mx-auto list-group-item">
          <div class="col-lg-4">
            <img src="${escaped(image)}" class="result-img">
          </div>
          <div class="col-lg-8">
            <ul class="list-group shadow">
                <div class="media align-items-lg-center flex-column flex-lg-row p-3">
                  <div class="media-body order-2 order-lg-1 searched-product">
${" ".repeat(20)}
                    <h4 class="mt-0 font-weight-bold mb-2 product-asin"><a class="product-link" href="${links.item(asin, [])}">${escaped(asin)}</a></h5>
                    <h4 class="mt-0 font-weight-bold mb-2 product-title">${escaped(title)}</h5>
                    ${row}
                      <h5 class="font-weight-bold my-2 product-price">${escaped(priceTag)}</h6>
                    </div>
<!--
                    ${row}
                      <h5 class="font-weight-bold my-2 product-category">${escaped(category)}</h5>
                    </div>
                    ${row}
                      <h5 class="font-weight-bold my-2 product-query">${escaped(query)}</h5>
                    </div>
                    ${row}
                      <h5 class="font-weight-bold my-2 product-product_category">${escaped(productCategory)}</h5>
                    </div>
-->
                  </div>
                </div>
            </ul>
          </div>
        </div>`;
}

function subPage(view: ViewOf<"sub">): string {
  const links = linksOf(view);
  const body = `${previousButton(links.item(view.asin, view.options))}
      <div class="row top-buffer">
        <div class="col-md-12">
          <div class="row top-buffer">
${subPageContent(view)}
          </div>
        </div>
      </div>`;
  return framed(view, links, { body });
}

function subPageContent({ name, product }: ViewOf<"sub">): string {
  const card = (field: string, content: string) => `            <div class="col-sm-6" name="${field}">
              <div class="card card-body">
${content}
              </div>
            </div>`;
  const list = (kind: string, texts: readonly string[]) => {
    const entries = texts.map((text) => `                  <li><p class="${kind}"> ${escaped(text)}</p></li>`);
    return `                <ul>\n${loop(18, entries)}\n                </ul>`;
  };
  switch (name) {
    case "Description":
      return card("description", `                <p class="product-info">${escaped(product.description)}</p>`);
    case "Features":
      return card("bulletpoints", list("product-info", product.bullets));
    case "Reviews":
      return card("reviews", " ".repeat(16));
    case "Attributes": {
      const facts = { category: product.category, query: product.query, product_category: product.productCategory };
      const rows = Object.entries(facts).map(
        ([key, fact]) => `              <div class="d-flex align-items-center justify-content-between mt-1">
                <h5 class="font-weight-bold my-2 product-${key}">${escaped(fact)}</h5>
              </div>`,
      );
      return `${card("description", list("attribute", product.attributes))}
            <div class="col-sm-6" name="description">
${rows.join("\n")}
            </div>`;
    }
  }
}

const donePage = ({ asin, options, reward }: ViewOf<"done">) =>
  centred(`          <div id="thankyou" class="text-center">
            <h1>Thank you for shopping with us!</h1>
          </div>
          <div id="stats" class="text-center">
            <h3 align="mturk_code">Your code: </h3>
            <p><pre>None</pre> (Paste it in your MTurk interface.)</p>
            <div style="display:none">
              <h2 align="left">Purchased</h2>
              <hr class="solid">
              <h4 id="asin">asin<pre>${escaped(asin)}</pre></p>
              <h4 id="options">options<pre>${toJson(options)}</pre></h4>
              <h4 id="purchased_attrs">attrs<pre>None</pre></h4>
              <h4 id="purchased-category">category<pre>None</pre></h4>
              <h4 id="purchased-query">query<pre>None</pre></h4>
              <h4 id="purchased-pc">product category<pre>None</pre></h4>
              <h2 align="left">Target</h2>
              <hr class="solid">
              <h4 id="goal-asin">asin<pre></pre></p>
              <h4 id="goal-options">options<pre></pre></h4>
              <h4 id="goal-attrs">attrs<pre></pre></h4>
              <h4 id="goal-price">price upper<pre></pre></h4>
              <h4 id="goal-instruction-text">instuction text<pre></pre></h4>
              <h4 id="goal-category">category<pre></pre></h4>
              <h4 id="goal-pc">product category<pre></pre></h4>
              <h4 id="goal-query">query<pre></pre></h4>
              <h4>Goal <div id="goal"><pre>None</pre></div></h4>
              <h2 align="left">Reward</h2>
            </div>
            <hr class="solid">
      \t\t\t<h3   id="reward">Your score (min 0.0, max 1.0)<pre>${floatRepr(reward.total)}</pre></h3>
            <h4 hidden>Reward Details <div id="reward_info"><pre>None</pre></div></h4>
          </div>`);
