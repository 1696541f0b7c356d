//! Style, scripts and pictures: named after their content, and nothing else is served.

use doorward::pages::{Brand, Logo, Page, Pages};
use scraper::Html;

use super::{northwind, select, with_logo};

fn addresses(pages: &Pages, sample: &str) -> Vec<String> {
    let (_, page) = Page::samples().into_iter().find(|(name, _)| *name == sample).unwrap();
    let document = Html::parse_document(&pages.render(&page).unwrap());
    document
        .select(&select("link[href], script[src], img[src]"))
        .filter_map(|element| element.value().attr("href").or(element.value().attr("src")))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_name_changes_with_the_content_and_only_then() {
    let ours = addresses(&Pages::new(northwind()).unwrap(), "pass-shown");
    assert_eq!(ours, addresses(&Pages::new(northwind()).unwrap(), "pass-shown"));
    let other = Brand {
        accent: "#7a1f5c".to_owned(),
        ..northwind()
    };
    let other = addresses(&Pages::new(other).unwrap(), "pass-shown");
    let changed: Vec<&str> = ours
        .iter()
        .filter(|one| !other.contains(one))
        .map(|one| one.split('-').next().unwrap())
        .collect();
    assert_eq!(changed, ["/assets/brand", "/assets/icon"]);
}

#[test]
fn every_file_is_served_as_what_it_is_and_may_be_kept() {
    let pages = Pages::new(with_logo()).unwrap();
    let mut served = addresses(&pages, "pass-shown");
    served.extend(addresses(&pages, "visit"));
    served.extend(addresses(&pages, "passage"));
    for address in served {
        let asset = pages.asset(&address).unwrap();
        let expected = match address.rsplit('.').next().unwrap() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            ending => panic!("{ending}"),
        };
        assert_eq!(asset.media_type, expected, "{address}");
        assert!(asset.immutable && !asset.bytes.is_empty(), "{address}");
    }
}

#[test]
fn nothing_else_is_served() {
    let pages = Pages::new(northwind()).unwrap();
    for address in [
        "/assets/",
        "/assets/page.css",
        "/assets/../Cargo.toml",
        "",
        "/assets/page-AAAAAAAAAAAA.css",
    ] {
        assert!(pages.asset(address).is_none(), "{address}");
    }
}

#[test]
fn a_mark_of_a_type_that_browsers_might_run_is_not_shown() {
    let logo = Some(Logo {
        media_type: "text/html".to_owned(),
        bytes: b"<script>alert(1)</script>".to_vec(),
    });
    let pages = Pages::new(Brand { logo, ..northwind() }).unwrap();
    assert!(
        addresses(&pages, "welcome")
            .iter()
            .all(|address| !address.contains("logo"))
    );
}

#[test]
fn the_tab_icon_takes_a_letter_and_never_markup() {
    let brand = Brand {
        name: "<script>x</script>".to_owned(),
        ..northwind()
    };
    let pages = Pages::new(brand).unwrap();
    let address = addresses(&pages, "welcome")
        .into_iter()
        .find(|address| address.contains("icon"))
        .unwrap();
    let icon = String::from_utf8(pages.asset(&address).unwrap().bytes.to_vec()).unwrap();
    assert!(icon.contains(">S</text>") && !icon.contains("script"), "{icon}");
}
