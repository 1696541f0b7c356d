//! What every page looks like, kept as snapshots; the same pages are left in `target/pages` to be opened in a browser
//! (serve that folder: the pages ask for `/assets/…`).

use std::fs;
use std::path::Path;

use doorward::pages::{Page, Pages};
use scraper::Html;

use super::{northwind, samples, select, with_logo};

/// Writes the page and what it refers to below `folder`.
fn leave(pages: &Pages, folder: &Path, name: &str, html: &str) {
    fs::create_dir_all(folder.join("assets")).unwrap();
    fs::write(folder.join(format!("{name}.html")), html).unwrap();
    for element in Html::parse_document(html).select(&select("link[href], script[src], img[src]")) {
        let address = element.value().attr("href").or(element.value().attr("src")).unwrap();
        // What a reviewer sees of a case is no asset.
        let Some(asset) = pages.asset(address) else {
            assert!(address.starts_with("/desk/cases/"), "{name}: {address}");
            continue;
        };
        fs::write(folder.join(address.trim_start_matches('/')), asset.bytes).unwrap();
    }
}

/// Digests in names of files change with every touch of the style; they are no part of what a page says.
fn without_digests(html: &str) -> String {
    let mut out = html.to_owned();
    for element in Html::parse_document(html).select(&select("link[href], script[src], img[src]")) {
        let address = element.value().attr("href").or(element.value().attr("src")).unwrap();
        let (name, rest) = address.split_once('-').unwrap();
        let ending = rest.rsplit('.').next().unwrap();
        out = out.replace(address, &format!("{name}-….{ending}"));
    }
    out
}

#[test]
fn every_page_is_as_it_was_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    let pages = Pages::new(northwind()).unwrap();
    let marked = Pages::new(with_logo()).unwrap();
    let (_, welcome) = Page::samples().remove(0);
    leave(&marked, &folder, "welcome-logo", &marked.render(&welcome).unwrap());
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, html) in samples(&pages) {
            leave(&pages, &folder, &name, &html);
            insta::assert_snapshot!(name, without_digests(&html));
        }
    });
}
