//! What WCAG 2.2 and our own Content-Security-Policy ask of the markup, on every sample, with and without scripts.

use std::collections::HashSet;

use doorward::pages::{Pages, content_security_policy, passage_policy};
use scraper::{ElementRef, Html};

use super::{northwind, reading, samples, select, with_logo, without_scripts};

/// Calls `check` with every sample, once as a browser with scripts sees it and once without.
fn each(check: impl Fn(&str, &Html)) {
    for brand in [northwind(), with_logo()] {
        let pages = Pages::new(brand).unwrap();
        for (name, html) in samples(&pages) {
            check(&name, &Html::parse_document(&html));
            check(&name, &without_scripts(&html));
        }
    }
}

fn count(document: &Html, css: &str) -> usize {
    document.select(&select(css)).count()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

#[test]
fn every_page_has_one_heading_a_language_a_title_and_landmarks() {
    each(|name, document| {
        assert_eq!(count(document, "h1"), 1, "{name}: h1");
        assert_eq!(count(document, "body > header"), 1, "{name}: header");
        assert_eq!(count(document, "body > main"), 1, "{name}: main");
        assert_eq!(count(document, "body > footer"), 1, "{name}: footer");
        assert_eq!(document.root_element().value().attr("lang"), Some("en"), "{name}: lang");
        let heading = text(document.select(&select("h1")).next().unwrap());
        let title = text(document.select(&select("head > title")).next().unwrap());
        assert!(
            !heading.is_empty() && title.contains(&heading),
            "{name}: title {title:?}"
        );
        assert!(title.contains("Northwind Example"), "{name}: title {title:?}");
        assert_eq!(count(document, "head > meta[name=viewport]"), 1, "{name}: viewport");
        // WCAG 2.2 §1.4.4: nobody is kept from zooming.
        assert_eq!(
            count(document, "meta[name=viewport][content*='maximum-scale']"),
            0,
            "{name}"
        );
        assert_eq!(
            count(document, "meta[name=viewport][content*='user-scalable']"),
            0,
            "{name}"
        );
    });
}

#[test]
fn every_field_has_a_label_and_every_form_says_where_it_goes() {
    each(|name, document| {
        for field in document.select(&select("input:not([type=hidden]), select, textarea")) {
            let id = field
                .value()
                .attr("id")
                .unwrap_or_else(|| panic!("{name}: field without id"));
            let labels: Vec<_> = document.select(&select(&format!("label[for={id}]"))).collect();
            assert_eq!(labels.len(), 1, "{name}: label of {id}");
            assert!(!text(labels[0]).is_empty(), "{name}: label of {id} is empty");
        }
        for form in document.select(&select("form")) {
            assert!(
                matches!(form.value().attr("method"), Some("get" | "post" | "dialog")),
                "{name}: method"
            );
            // Of all forms one leads elsewhere, and that is what it is for.
            let away = name == "passage" && form.value().attr("action") == Some("https://sign-in.example.com/answers");
            let ours = |to: &str| to.starts_with('/') && !to.starts_with("//");
            assert!(away || form.value().attr("action").is_some_and(ours), "{name}: action");
        }
        for pressed in document.select(&select("button, a")) {
            assert!(!text(pressed).is_empty(), "{name}: something to press says nothing");
        }
        assert_eq!(count(document, "img:not([alt])"), 0, "{name}: img without alt");
        assert_eq!(
            count(document, "svg:not([aria-hidden=true])"),
            0,
            "{name}: drawing not hidden"
        );
    });
}

#[test]
fn what_changes_a_case_is_posted_with_a_token() {
    each(|name, document| {
        for form in document.select(&select("form[action^='/case/'], form[action^='/capture']")) {
            assert_eq!(form.value().attr("method"), Some("post"), "{name}");
            let token = form.select(&select("input[type=hidden][name=form_token]")).next();
            assert!(
                token.is_some_and(|token| token.value().attr("value") == Some("sample")),
                "{name}: {:?} has no token",
                form.value().attr("action"),
            );
        }
    });
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    each(|name, document| {
        let mut ids = HashSet::new();
        for element in document.select(&select("[id]")) {
            let id = element.value().attr("id").unwrap();
            assert!(ids.insert(id.to_owned()), "{name}: id {id} twice");
        }
        for attribute in ["aria-labelledby", "aria-describedby", "for"] {
            for element in document.select(&select(&format!("[{attribute}]"))) {
                for id in element.value().attr(attribute).unwrap().split_whitespace() {
                    assert!(
                        ids.contains(id),
                        "{name}: {attribute} leads to {id}, which is not there"
                    );
                }
            }
        }
    });
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    each(|name, document| {
        let mut level = 0;
        for heading in document.select(&select("h1, h2, h3, h4, h5, h6")) {
            let this: u8 = heading.value().name()[1..].parse().unwrap();
            assert!(this <= level + 1, "{name}: h{this} after h{level}");
            level = this;
        }
    });
}

#[test]
fn nothing_is_inline_that_the_policy_would_block() {
    each(|name, document| {
        assert_eq!(count(document, "style"), 0, "{name}: style element");
        for script in document.select(&select("script")) {
            assert!(script.value().attr("src").is_some(), "{name}: inline script");
            assert!(text(script).is_empty(), "{name}: inline script");
        }
        for element in document.select(&select("*")) {
            for (attribute, _) in element.value().attrs() {
                assert!(
                    attribute != "style" && !attribute.starts_with("on"),
                    "{name}: {attribute}"
                );
            }
        }
    });
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_no_link_leads_to_a_stranger() {
    let known = [
        "https://www.example.com/privacy",
        "https://help.example.com/",
        "https://signin.example.com/",
        // Passes that are addresses.
        "https://signin.example.com/signin/reset-password/XE6wE17zmphl3KqAPFxO",
        "https://enrol.example.com/portal?code=0123456789abcdef&akey=DIXXXXXXXXXXXXXXXXXX",
        "https://m-1a2b3c.example.com/activate/8LYXsUgAQ6TbqWk1Rv4x",
        "https://apps.example.com/",
        // A verifier's own page, for reviewers.
        "https://verifier.example.com/inquiries/inq_1",
    ];
    let pages = Pages::new(with_logo()).unwrap();
    for (name, html) in samples(&pages) {
        let document = without_scripts(&html);
        for (css, attribute) in [("link", "href"), ("script", "src"), ("img", "src")] {
            for element in document.select(&select(css)) {
                let address = element.value().attr(attribute).unwrap();
                let exhibit = css == "img" && address.starts_with("/desk/cases/") && address.contains("/pictures/");
                assert!(
                    exhibit || pages.asset(address).is_some(),
                    "{name}: {address} is not served by us"
                );
            }
        }
        for link in document.select(&select("a")) {
            let address = link.value().attr("href").unwrap();
            let within = address == "#content";
            let ours = within || address.starts_with('/') && !address.starts_with("//");
            let reaches = address.starts_with("tel:") || address.starts_with("mailto:");
            assert!(ours || reaches || known.contains(&address), "{name}: {address}");
            if known.contains(&address) {
                assert_eq!(
                    link.value().attr("rel"),
                    Some("noopener noreferrer"),
                    "{name}: {address}"
                );
            }
        }
    }
}

#[test]
fn a_page_that_follows_by_itself_does_so_without_scripts_too() {
    let pages = Pages::new(northwind()).unwrap();
    let (mut following, mut typed) = (0, 0);
    for (name, html) in samples(&pages) {
        let scripted = Html::parse_document(&html);
        if count(&scripted, "script[src*='follow'], script[src*='pass']") == 1 {
            following += 1;
            assert_eq!(
                count(&scripted, "meta[http-equiv=refresh]"),
                0,
                "{name}: reloads beside its script"
            );
            let bare = without_scripts(&html);
            if name == "capture-scan" {
                // Loaded again it would not show its code any more: a link leads on.
                assert_eq!(count(&bare, "main a[href='/capture']"), 1, "{name}");
                continue;
            }
            if count(&bare, "main input[type=text]") > 0 {
                // What somebody is typing is not taken away from them; sending it off is their way on.
                assert_eq!(
                    count(&bare, "meta[http-equiv=refresh]"),
                    0,
                    "{name}: reloads under somebody's hands"
                );
                typed += 1;
                continue;
            }
            let refresh = bare.select(&select("head > meta[http-equiv=refresh]")).next();
            let content = refresh
                .unwrap_or_else(|| panic!("{name}: stands still"))
                .value()
                .attr("content");
            assert!(
                content.is_some_and(|content| content.ends_with(";url=/case") || content.ends_with(";url=/capture")),
                "{name}: {content:?}"
            );
        }
    }
    assert!(following >= 10, "only {following} pages follow");
    assert!(typed >= 3, "only {typed} of them have a field");
}

#[test]
fn a_number_is_shown_wherever_there_is_one() {
    let pages = Pages::new(northwind()).unwrap();
    let persons = samples(&pages)
        .into_iter()
        .filter(|(name, _)| !name.starts_with("desk"));
    for (name, html) in persons {
        let document = Html::parse_document(&html);
        let shown = document
            .select(&select("footer .number:not(.words) .value"))
            .next()
            .map(text);
        let none = [
            "welcome",
            "login",
            "invited",
            "code",
            "shielded",
            "link-",
            "busy",
            "not-found",
            "forbidden",
            "no-session",
            "passage",
            "sign-out",
            "staff-",
            "signed-out",
            "too-little-time-",
            "bad-request-",
            "phone-door",
            "phone-gone",
            "phone-too-many",
        ];
        let expected = match name.as_str() {
            "fault" => Some("7f3a91c2".to_owned()),
            "bad-request" => Some("6a0d2d3e-1111-4222-8333-0123456789ab".to_owned()),
            "expired-unknown" | "unavailable-unknown" => None,
            name if none.iter().any(|start| name.starts_with(start)) => None,
            _ => Some("K7QF-3M2P".to_owned()),
        };
        assert_eq!(shown, expected, "{name}");
        assert_eq!(
            count(&document, "footer a[href='tel:+49305550100']"),
            1,
            "{name}: contact"
        );
    }
}

#[test]
fn the_policy_allows_only_ourselves_and_the_verifier() {
    let policy = content_security_policy(&[
        "https://inquiry.example.com/verify?x=1".to_owned(),
        "not an origin; script-src *".to_owned(),
    ]);
    let rules: Vec<&str> = policy.split("; ").collect();
    assert_eq!(
        rules,
        [
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self' https://inquiry.example.com",
        ]
    );
}

#[test]
fn a_passage_leads_away_and_runs_nothing() {
    let forms = |target: &str| passage_policy(target).split_once(" form-action ").unwrap().1.to_owned();
    // And where that leads: a browser holds the redirects that follow against the same list.
    assert_eq!(forms("https://login.example.com:8443/common/answers?x=1"), "https:");
    assert_eq!(forms("http://127.0.0.1:7403/answers"), "https: http:");
    assert_eq!(forms("com.example.app:/answers"), "com.example.app:");
    for nowhere in [
        "",
        "/case",
        "javascript:alert(1)",
        "data:text/html,x",
        "x; script-src *",
    ] {
        assert_eq!(forms(nowhere), "'none'", "{nowhere}");
    }
    let other = |policy: &str| policy.rsplit_once(" form-action ").unwrap().0.to_owned();
    assert_eq!(
        other(&passage_policy("https://login.example.com/")),
        other(&content_security_policy(&[]))
    );
}

#[test]
fn a_passage_carries_every_field_and_can_be_sent_by_hand() {
    let pages = Pages::new(northwind()).unwrap();
    let document = without_scripts(&samples(&pages)["passage"]);
    let form = document.select(&select("main form[method=post]")).next().unwrap();
    let fields: Vec<_> = form
        .select(&select("input"))
        .map(|field| field.value())
        .map(|field| (field.attr("type"), field.attr("name"), field.attr("value")))
        .collect();
    assert_eq!(
        fields,
        [
            (Some("hidden"), Some("id_token"), Some("sample.id.token")),
            (Some("hidden"), Some("state"), Some("S0-9a77")),
        ]
    );
    assert_eq!(count(&document, "main form button:not([name])"), 1);
    assert_eq!(count(&document, "script[src*='send']"), 1);
}

#[test]
fn a_phone_that_helps_out_finds_no_way_to_the_case() {
    let pages = Pages::new(northwind()).unwrap();
    let phones = [
        "phone-door",
        "phone-words",
        "phone-done",
        "phone-gone",
        "capture-kind-phone",
        "capture-front-card",
        "capture-selfie-again",
    ];
    let samples = samples(&pages);
    for name in phones {
        assert!(!samples[name].contains("/case"), "{name}");
        assert!(!samples[name].contains("/capture/phone"), "{name}");
    }
}

#[test]
fn the_live_picture_is_offered_to_scripts_alone() {
    let pages = Pages::new(northwind()).unwrap();
    let mut live = 0;
    for (name, html) in samples(&pages) {
        let document = without_scripts(&html);
        for camera in document.select(&select("[data-camera]")) {
            assert!(
                camera.value().attr("hidden").is_some(),
                "{name}: it would be dead without scripts"
            );
            // What is asked for instead: a file where files are taken, and otherwise what to do.
            let file = count(&document, "form.upload[enctype='multipart/form-data'] input[type=file]");
            let told = reading(&document).contains("needs JavaScript");
            assert!(file == 1 || told, "{name}");
            live += 1;
        }
        assert_eq!(count(&document, "video[autoplay], video[controls], audio"), 0, "{name}");
        assert_eq!(count(&document, "video:not([playsinline][muted])"), 0, "{name}");
    }
    assert!(live >= 6, "{live}");
}

#[test]
fn the_script_finds_words_for_whatever_the_server_may_hint() {
    let pages = Pages::new(northwind()).unwrap();
    for name in ["capture-front", "capture-selfie"] {
        let document = Html::parse_document(&samples(&pages)[name]);
        for hint in doorward::pages::capture::Hint::ALL {
            let said = format!("[data-hint='{}']", hint.word());
            let said = document.select(&select(&said)).next().map(text);
            assert!(said.is_some_and(|said| !said.is_empty()), "{name}: {hint:?}");
        }
    }
}
