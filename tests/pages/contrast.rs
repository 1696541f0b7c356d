//! Colours that can be read: WCAG 2.2 §1.4.3 (text, 4.5:1) and §1.4.11 (borders of fields, the focus ring, 3:1), computed
//! from the style sheets as served, light and dark, with our own colours and with ones that nobody could read.

use std::collections::{BTreeMap, BTreeSet};

use doorward::pages::{Brand, Page, Pages};
use scraper::Html;

use super::{northwind, select};

/// Text, what it stands on, and where.
const TEXT: [(&str, &str); 26] = [
    ("ink", "page"),
    ("ink", "card"),
    ("ink", "panel"),
    ("ink", "accent-soft"),
    ("ink", "alert-soft"),
    ("quiet", "page"),
    ("quiet", "card"),
    ("quiet", "panel"),
    ("quiet", "accent-soft"),
    ("accent", "page"),
    ("ink", "accent-glow"),
    ("quiet", "accent-glow"),
    ("accent", "accent-glow"),
    ("accent", "card"),
    ("accent", "accent-soft"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("alert", "card"),
    ("alert", "alert-soft"),
    ("warn", "warn-soft"),
    ("warn", "card"),
    ("good", "good-soft"),
    ("good", "card"),
    ("ink", "warn-soft"),
    ("ink", "good-soft"),
    ("stage-ink", "stage"),
];

/// Edges without which one would not see what can be used.
const EDGES: [(&str, &str); 5] = [
    ("edge", "card"),
    ("alert", "card"),
    ("accent", "card"),
    ("accent", "page"),
    ("accent", "line"),
];

/// Lines that only decorate, and the ground under a company's mark: no contrast is asked of them.
const DECORATION: [&str; 4] = ["line", "warn-line", "accent-line", "paper"];

/// Whether a test here holds that colour to a contrast, or it is no colour at all.
pub(super) fn is_known(name: &str) -> bool {
    let listed = TEXT
        .iter()
        .chain(&EDGES)
        .any(|(over, under)| *over == name || *under == name);
    listed || DECORATION.contains(&name) || ["lift", "press", "mono"].contains(&name)
}

type Colours = BTreeMap<String, (f64, f64, f64)>;

fn colour(hex: &str) -> Option<(f64, f64, f64)> {
    let hex = hex.trim().strip_prefix('#')?;
    let channel = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok().map(f64::from);
    (hex.len() == 6).then_some(())?;
    Some((channel(0)?, channel(2)?, channel(4)?))
}

/// The custom properties of the first `:root` block in `css`.
fn root(css: &str) -> Colours {
    let block = css.split_once(":root").unwrap().1;
    let block = block.split_once('{').unwrap().1.split_once('}').unwrap().0;
    block
        .split(';')
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
        .filter_map(|(name, value)| Some((name.to_owned(), colour(value)?)))
        .collect()
}

fn split(css: &str) -> (&str, &str) {
    let at = css.find("prefers-color-scheme").unwrap();
    css.split_at(at)
}

/// The style sheets of a page, in the order in which a browser reads them.
fn sheets(pages: &Pages) -> Vec<String> {
    let (_, page) = Page::samples().remove(0);
    let document = Html::parse_document(&pages.render(&page).unwrap());
    document
        .select(&select("link[rel=stylesheet]"))
        .map(|link| pages.asset(link.value().attr("href").unwrap()).unwrap())
        .map(|asset| String::from_utf8(asset.bytes.to_vec()).unwrap())
        .collect()
}

/// What a light and a dark screen make of them.
fn screens(brand: Brand) -> [(&'static str, Colours); 2] {
    let sheets = sheets(&Pages::new(brand).unwrap());
    let light: Colours = sheets.iter().flat_map(|css| root(split(css).0)).collect();
    let mut dark = light.clone();
    dark.extend(sheets.iter().flat_map(|css| root(split(css).1)));
    [("light", light), ("dark", dark)]
}

fn luminance((red, green, blue): (f64, f64, f64)) -> f64 {
    let linear = |channel: f64| {
        let channel = channel / 255.0;
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn contrast(one: (f64, f64, f64), other: (f64, f64, f64)) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn assert_readable(brand: Brand, whose: &str) {
    for (screen, colours) in screens(brand) {
        for (pairs, least) in [(&TEXT[..], 4.5), (&EDGES[..], 3.0)] {
            for (over, under) in pairs {
                // The unreached steps are told apart from the reached ones by what is said beside them too.
                let least = if *under == "line" { 1.5 } else { least };
                let found = contrast(colours[*over], colours[*under]);
                assert!(found >= least, "{whose}, {screen}: {over} on {under} is {found:.2}");
            }
        }
    }
}

#[test]
fn contrast_is_computed_as_the_guideline_has_it() {
    assert!((contrast(colour("#000000").unwrap(), colour("#ffffff").unwrap()) - 21.0).abs() < 0.001);
    // The grey that just passes on white, in every list of examples.
    let grey = contrast(colour("#767676").unwrap(), colour("#ffffff").unwrap());
    assert!((4.5..4.6).contains(&grey), "{grey}");
}

#[test]
fn everything_can_be_read_in_our_own_colours() {
    assert_readable(northwind(), "default");
}

#[test]
fn everything_can_be_read_in_colours_that_nobody_could_read() {
    for accent in [
        "#ffffff", "#000000", "#ffff00", "#777777", "#0f0", "#ff0000", "#fefefe", "#101010",
    ] {
        let brand = Brand {
            accent: accent.to_owned(),
            accent_dark: accent.to_owned(),
            ..northwind()
        };
        assert_readable(brand, accent);
    }
}

#[test]
fn a_colour_that_can_be_read_is_left_as_it_is() {
    let [(_, light), (_, dark)] = screens(northwind());
    assert_eq!(Some(light["accent"]), colour(Brand::ACCENT));
    assert_eq!(Some(dark["accent"]), colour(Brand::ACCENT_DARK));
}

#[test]
fn what_is_no_colour_never_reaches_the_style_sheet() {
    for accent in [
        "red;}body{display:none}",
        "",
        "#12",
        "#gggggg",
        "url(https://evil.example/)",
        "#1234567",
        "#é1",
    ] {
        let brand = Brand {
            accent: accent.to_owned(),
            accent_dark: accent.to_owned(),
            ..northwind()
        };
        let [(_, light), _] = screens(brand.clone());
        assert_eq!(Some(light["accent"]), colour(Brand::ACCENT), "{accent}");
        assert_eq!(
            sheets(&Pages::new(brand).unwrap()),
            sheets(&Pages::new(northwind()).unwrap()),
            "{accent}"
        );
    }
}

#[test]
fn every_colour_of_the_sheets_is_held_to_a_contrast_here() {
    let listed: BTreeSet<&str> = TEXT
        .iter()
        .chain(&EDGES)
        .flat_map(|(over, under)| [*over, *under])
        .chain(DECORATION)
        .collect();
    for (screen, colours) in screens(northwind()) {
        let defined: BTreeSet<&str> = colours.keys().map(String::as_str).collect();
        assert_eq!(defined, listed, "{screen}");
    }
    let sheet = sheets(&Pages::new(northwind()).unwrap()).remove(0);
    let rules = sheet.rsplit_once("*,\n*::before").unwrap().1;
    for bad in ["#f", "#0", "rgb(", "rgba(", "hsl("] {
        assert!(!rules.contains(bad), "a colour beside the variables: {bad}");
    }
}
