//! Every page in every shape: structure, escaping, contrast, words, and what it looks like.

mod assets;
mod contrast;
mod desk;
mod escaping;
mod looks;
mod structure;
mod tables;
mod words;

use std::collections::BTreeMap;

use doorward::pages::{Brand, Contact, Logo, Notice, Page, Pages, PassReady};
use doorward_contract::{PassKind, Timestamp};
use scraper::{Html, Selector};

/// An invented company with everything set.
fn northwind() -> Brand {
    Brand {
        name: "Northwind Example".to_owned(),
        logo: None,
        accent: Brand::ACCENT.to_owned(),
        accent_dark: Brand::ACCENT_DARK.to_owned(),
        privacy_url: Some("https://www.example.com/privacy".to_owned()),
        contact: Contact {
            label: "IT Service Desk".to_owned(),
            email: Some("servicedesk@example.com".to_owned()),
            phone: Some("+49 30 5550 100".to_owned()),
            url: Some("https://help.example.com/".to_owned()),
            hours: Some("Mon–Fri 7:00–19:00".to_owned()),
        },
    }
}

fn with_logo() -> Brand {
    let mark = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40"><circle cx="20" cy="20" r="14" fill="#0b6e5f"/><text x="44" y="27" font-family="sans-serif" font-size="20" font-weight="700" fill="#10302b">Northwind</text></svg>"##;
    Brand {
        logo: Some(Logo {
            media_type: "image/svg+xml".to_owned(),
            bytes: mark.to_vec(),
        }),
        ..northwind()
    }
}

/// Every sample as HTML, by name.
fn samples(pages: &Pages) -> BTreeMap<String, String> {
    Page::samples()
        .into_iter()
        .map(|(name, page)| (name.to_owned(), pages.render(&page).unwrap()))
        .collect()
}

/// Pages that the samples leave out because they differ in a length, a date or a word only.
fn lengths_and_dates() -> Vec<Page> {
    let lengths = [1, 30, 60, 600, 3_600, 7_200, 5_400, 86_400, 172_800];
    let waits = lengths.map(|seconds| {
        Page::from(Notice::Busy {
            retry_after_seconds: seconds,
        })
    });
    let months = (1..=12).map(|month| {
        Page::from(PassReady {
            number: "K7QF-3M2P".to_owned(),
            kinds: vec![PassKind::TemporaryPassword],
            until: Timestamp::parse(&format!("2026-{month:02}-15T10:30:00Z")).unwrap(),
            seconds_left: 600,
            form_token: "sample".to_owned(),
        })
    });
    let desk = doorward::pages::desk::Desk::variants().into_iter().map(Page::from);
    waits.into_iter().chain(months).chain(desk).collect()
}

/// What a browser without scripts builds: there, `noscript` is no more than its content.
fn without_scripts(html: &str) -> Html {
    Html::parse_document(&html.replace("<noscript>", "").replace("</noscript>", ""))
}

fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

/// The text a person reads, with single spaces.
fn reading(document: &Html) -> String {
    let body = document.select(&select("body")).next().unwrap();
    let text: String = body.text().collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
