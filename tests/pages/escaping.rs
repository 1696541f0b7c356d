//! Hostile values stay text: whatever a setting, an operator or a person wrote.

use std::time::Duration;

use doorward::pages::{
    Choice, Consent, Contact, Decides, Invited, Kept, Login, LookedAt, Notice, OnePass, Page, Pages, PassShown,
    Passage, Short, SignOut, Told, Welcome,
};
use doorward_contract::{PassKind, Timestamp};
use scraper::Html;

use super::{northwind, reading, select, without_scripts};

const HOSTILE: &str =
    r#"</title><script>alert(1)</script><img src=x onerror="alert(2)">"' autofocus onfocus='alert(3)"#;

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn number() -> String {
    "K7QF-3M2P".to_owned()
}

/// Pages with the hostile text wherever text from outside goes.
fn pages_of_strangers() -> Vec<Page> {
    vec![
        Invited {
            company: hostile(),
            requester: hostile(),
            ticket: Some(hostile()),
            purpose_title: hostile(),
            words: Some(hostile()),
            action: "/link".to_owned(),
        }
        .into(),
        Consent {
            purpose_title: hostile(),
            reason: Some(hostile()),
            requester: Some(hostile()),
            told: Some(Told {
                who: hostile(),
                name: true,
                birth_date: true,
            }),
            short: Some(Short {
                proven_at: Timestamp::from_seconds(1_768_471_200),
                until: Timestamp::from_seconds(1_776_247_200),
                full: true,
            }),
            remember: Some(Duration::from_hours(24)),
            verifier_name: hostile(),
            decides: Decides::Verifier,
            time_left: None,
            looked_at: LookedAt::ALL.to_vec(),
            kept: Kept {
                proof: Duration::ZERO,
                personal: Duration::ZERO,
            },
            words: Some(hostile()),
            form_token: hostile(),
            number: number(),
        }
        .into(),
        Welcome {
            choices: vec![
                Choice {
                    name: hostile(),
                    title: hostile(),
                },
                Choice {
                    name: "other".to_owned(),
                    title: "Other".to_owned(),
                },
            ],
            form_action: "/start".to_owned(),
            return_to: Some(hostile()),
            looked_at: vec![LookedAt::Document],
            kept: Kept {
                proof: Duration::ZERO,
                personal: Duration::ZERO,
            },
        }
        .into(),
        shown(HOSTILE, HOSTILE, HOSTILE),
    ]
}

fn all_pages() -> Vec<Page> {
    pages_of_strangers().into_iter().chain(pages_on_the_way()).collect()
}

/// The same for pages that lead elsewhere or end something.
fn pages_on_the_way() -> Vec<Page> {
    vec![
        Login {
            purpose: hostile(),
            action: "/start".to_owned(),
            return_to: Some(hostile()),
            error: None,
            value: hostile(),
        }
        .into(),
        SignOut {
            action: "/oauth2/logout/confirm".to_owned(),
            fields: vec![(hostile(), hostile())],
        }
        .into(),
        Passage {
            target: "https://sign-in.example.com/answers".to_owned(),
            fields: vec![(hostile(), hostile())],
        }
        .into(),
        Notice::BadRequest {
            support: Some(hostile()),
        }
        .into(),
        Notice::Done {
            number: number(),
            afterwards: vec![hostile()],
            back_to: Some(hostile()),
        }
        .into(),
    ]
}

fn shown(secret: &str, login: &str, sign_in_url: &str) -> Page {
    shown_as(PassKind::TemporaryPassword, secret, login, sign_in_url)
}

fn shown_as(kind: PassKind, secret: &str, login: &str, sign_in_url: &str) -> Page {
    PassShown {
        number: number(),
        passes: vec![OnePass {
            kind,
            secret: secret.into(),
            login: login.to_owned(),
            sign_in_url: sign_in_url.to_owned(),
            expires_at: None,
        }],
        seconds_left: 600,
        afterwards: vec![hostile()],
        back_to: Some(hostile()),
    }
    .into()
}

#[test]
fn hostile_values_are_shown_as_text_and_run_nothing() {
    let mut brand = northwind();
    brand.name = hostile();
    brand.contact = Contact {
        label: hostile(),
        email: Some(hostile()),
        phone: Some(hostile()),
        url: Some("javascript:alert(4)".to_owned()),
        hours: Some(hostile()),
    };
    brand.privacy_url = Some("javascript:alert(5)".to_owned());
    let pages = Pages::new(brand).unwrap();
    for page in all_pages() {
        let html = pages.render(&page).unwrap();
        for document in [Html::parse_document(&html), without_scripts(&html)] {
            for script in document.select(&select("script")) {
                let source = script
                    .value()
                    .attr("src")
                    .unwrap_or_else(|| panic!("{}: a script ran", page.state()));
                assert!(source.starts_with("/assets/"), "{}: {source}", page.state());
            }
            assert_eq!(
                document
                    .select(&select("img, [onerror], [onfocus], [autofocus]"))
                    .count(),
                0
            );
            assert_eq!(document.select(&select("[href^='javascript']")).count(), 0);
            assert!(
                reading(&document).contains("<script>alert(1)</script>"),
                "{}",
                page.state()
            );
        }
    }
}

#[test]
fn what_was_typed_comes_back_unchanged() {
    let pages = Pages::new(northwind()).unwrap();
    let login = Login {
        purpose: hostile(),
        action: "/start".to_owned(),
        return_to: Some(hostile()),
        error: None,
        value: hostile(),
    };
    let document = Html::parse_document(&pages.render(&login.into()).unwrap());
    for name in ["login", "purpose", "return_to"] {
        let field = document.select(&select(&format!("input[name={name}]"))).next().unwrap();
        assert_eq!(field.value().attr("value"), Some(HOSTILE));
    }
}

#[test]
fn a_pass_copies_exactly_as_it_is() {
    let pages = Pages::new(northwind()).unwrap();
    for secret in [
        "Hm7#vRkt9-WcpX4eN_q3",
        "4hT9wQ2k",
        "a",
        "& <b>é漢字</b> \"'",
        "{company}",
        "",
    ] {
        let document = Html::parse_document(&pages.render(&shown(secret, "maria", "https://a.example/")).unwrap());
        let code = document.select(&select("#secret")).next().unwrap();
        assert_eq!(code.text().collect::<String>(), secret);
    }
}

#[test]
fn a_pass_stands_in_one_place_only() {
    let pages = Pages::new(northwind()).unwrap();
    let html = pages.render(&shown("KKKKKKKK", "maria", "https://a.example/")).unwrap();
    assert_eq!(html.matches("KKKK").count(), 2, "two groups, and nowhere else");
    assert!(!format!("{:?}", shown("KKKKKKKK", "maria", "https://a.example/")).contains("KKKK"));
}

#[test]
fn only_web_addresses_become_links() {
    let pages = Pages::new(northwind()).unwrap();
    let link = |address: &str| {
        let document = Html::parse_document(&pages.render(&shown("x", "maria", address)).unwrap());
        let found = document.select(&select("ol.next a")).next();
        found.map(|link| link.value().attr("href").unwrap().to_owned())
    };
    assert_eq!(
        link("https://a.example/?x=1&y=2"),
        Some("https://a.example/?x=1&y=2".to_owned())
    );
    for address in [
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example/",
        "a.example",
        " javascript:alert(1)",
    ] {
        assert_eq!(link(address), None, "{address}");
    }
}

#[test]
fn a_pass_that_is_an_address_is_opened_in_a_tab_of_its_own_only_if_it_leads_to_the_web() {
    let pages = Pages::new(northwind()).unwrap();
    let drawn = |address: &str| {
        let page = shown_as(PassKind::EnrolmentLink, address, "maria", "https://a.example/");
        Html::parse_document(&pages.render(&page).unwrap())
    };
    let address = "https://enrol.example/portal?code=0&akey=<b>\"";
    let document = drawn(address);
    let link = document.select(&select(".held a.button")).next().unwrap().value();
    assert_eq!(link.attr("href"), Some(address));
    assert_eq!(link.attr("target"), Some("_blank"));
    assert_eq!(link.attr("rel"), Some("noopener noreferrer"));
    let code = document.select(&select("#secret")).next().unwrap();
    assert_eq!(code.text().collect::<String>(), address, "it copies exactly");
    assert_eq!(document.select(&select("#secret span")).count(), 0, "not in groups");
    for address in ["javascript:alert(1)", "data:text/html,x", "duo://x"] {
        let document = drawn(address);
        assert_eq!(document.select(&select(".held a")).count(), 0, "{address}");
        let code = document.select(&select("#secret")).next().unwrap();
        assert_eq!(code.text().collect::<String>(), address);
    }
}

#[test]
fn a_mail_link_reaches_the_address_and_adds_nothing_to_it() {
    let link = |email: &str| {
        let mut brand = northwind();
        brand.contact.email = Some(email.to_owned());
        let pages = Pages::new(brand).unwrap();
        let document = Html::parse_document(&pages.render(&Notice::NotFound.into()).unwrap());
        let found = document.select(&select("footer a[href^='mailto:']")).next();
        found.map(|link| link.value().attr("href").unwrap().to_owned())
    };
    assert_eq!(
        link("it.desk+help@example.com"),
        Some("mailto:it.desk%2Bhelp@example.com".to_owned())
    );
    assert_eq!(
        link("a@b.example?bcc=evil@c.example").as_deref(),
        Some("mailto:a%40b.example%3Fbcc%3Devil@c.example")
    );
    assert_eq!(link("not an address"), None);
}
