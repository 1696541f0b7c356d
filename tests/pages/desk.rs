//! The console's screens: what all of them have, and what they must never have.

use std::fs;
use std::path::Path;

use doorward::case::role::Role;
use doorward::pages::desk::{Desk, Frame, Home, Raised, StaffNotice};
use doorward::pages::{Page, Pages};
use doorward_contract::Timestamp;
use scraper::Html;

use super::{northwind, reading, samples, select, without_scripts};

fn screens() -> Vec<(String, Html)> {
    let pages = Pages::new(northwind()).unwrap();
    let desk = samples(&pages).into_iter().filter(|(name, _)| name.starts_with("desk"));
    desk.map(|(name, html)| (name, without_scripts(&html))).collect()
}

fn count(document: &Html, css: &str) -> usize {
    document.select(&select(css)).count()
}

fn frame(roles: &[Role]) -> Frame {
    Frame {
        operator: "Jonas Weber".to_owned(),
        roles: roles.iter().copied().collect(),
        form_token: "sample".to_owned(),
        now: Timestamp::from_seconds(1_768_473_000),
        shield: None,
        reviews: 0,
        approvals: 0,
        said: None,
    }
}

fn home(frame: Frame) -> Html {
    let home = Home {
        reviews: Vec::new(),
        approvals: Vec::new(),
        stuck: Vec::new(),
        mine: Vec::new(),
    };
    let page = Page::from(Desk::new(frame, home));
    Html::parse_document(&Pages::new(northwind()).unwrap().render(&page).unwrap())
}

fn places(document: &Html) -> Vec<String> {
    let links = select("nav.places a");
    document
        .select(&links)
        .filter_map(|link| Some(link.value().attr("href")?.to_owned()))
        .collect()
}

#[test]
fn every_form_that_posts_has_a_token() {
    let mut forms = 0;
    for (name, document) in screens() {
        for form in document.select(&select("form[method=post]")) {
            let token = form.select(&select("input[type=hidden][name=form_token]")).next();
            let token = token.and_then(|token| token.value().attr("value"));
            assert_eq!(token, Some("sample"), "{name}: {:?}", form.value().attr("action"));
            forms += 1;
        }
    }
    assert!(forms > 150, "only {forms} forms");
}

#[test]
fn a_form_without_a_token_only_asks() {
    for (name, document) in screens() {
        for form in document.select(&select("form[method=get]")) {
            let action = form.value().attr("action").unwrap();
            let lists = ["/desk/cases", "/desk/record", "/desk/deliveries"];
            assert!(lists.contains(&action), "{name}: {action}");
            assert_eq!(
                form.select(&select("input[type=password], input[name=account]"))
                    .count(),
                0,
                "{name}"
            );
        }
    }
}

#[test]
fn every_screen_lets_the_keyboard_skip_to_its_content() {
    for (name, document) in screens() {
        let first = document
            .select(&select("body a, body button, body input"))
            .next()
            .unwrap();
        assert_eq!(first.value().attr("href"), Some("#content"), "{name}");
        assert_eq!(count(&document, "main#content"), 1, "{name}");
        // What is asked for by name stays there for whoever does not see the place on the page.
        for nav in document.select(&select("nav")) {
            assert!(nav.value().attr("aria-label").is_some(), "{name}: nav without a name");
        }
    }
}

#[test]
fn places_are_those_that_the_roles_allow() {
    let of = |roles: &[Role]| places(&home(frame(roles)));
    assert_eq!(of(&[]), ["/desk"]);
    assert_eq!(of(&[Role::Agent]), ["/desk", "/desk/cases"]);
    assert_eq!(of(&[Role::Reviewer]), ["/desk", "/desk/cases", "/desk/reviews"]);
    assert_eq!(of(&[Role::Approver]), ["/desk", "/desk/cases", "/desk/approvals"]);
    assert_eq!(
        of(&[Role::Auditor]),
        ["/desk", "/desk/cases", "/desk/record", "/desk/settings"]
    );
    let admin = [
        "/desk",
        "/desk/cases",
        "/desk/record",
        "/desk/deliveries",
        "/desk/settings",
        "/desk/shield",
        "/desk/erase",
    ];
    assert_eq!(of(&[Role::Admin]), admin);
    assert_eq!(of(&Role::ALL).len(), 9);
}

#[test]
fn only_who_may_open_cases_is_offered_it() {
    for role in Role::ALL {
        let offered = count(&home(frame(&[role])), "a[href='/desk/cases/new']");
        assert_eq!(offered > 0, role == Role::Agent, "{role}");
    }
}

#[test]
fn while_the_shield_is_up_every_screen_says_so() {
    let pages = Pages::new(northwind()).unwrap();
    let raised = Raised {
        since: Timestamp::from_seconds(1_768_470_000),
        by: "Tomás Rivera".to_owned(),
        reason: "Calls in the name of the board".to_owned(),
    };
    let up = Frame {
        shield: Some(raised),
        ..frame(&Role::ALL)
    };
    for (name, page) in Page::samples() {
        let Page::Desk(desk) = page else { continue };
        let down = desk.in_frame(frame(&Role::ALL));
        let draw = |desk: Desk| Html::parse_document(&pages.render(&Page::from(desk)).unwrap());
        assert_eq!(count(&draw(down), ".banner"), 0, "{name}");
        let shown = draw(desk.in_frame(up.clone()));
        assert_eq!(count(&shown, "body > .banner"), 1, "{name}");
        assert!(reading(&shown).contains("Calls in the name of the board"), "{name}");
    }
}

#[test]
fn what_is_not_there_and_what_is_not_yours_look_the_same() {
    let pages = Pages::new(northwind()).unwrap();
    let page = Page::from(Desk::new(frame(&[Role::Agent]), StaffNotice::NotFound));
    assert_eq!(page.status().as_u16(), 404);
    let said = reading(&Html::parse_document(&pages.render(&page).unwrap()));
    for telling in ["role", "allowed", "forbidden", "exist"] {
        assert!(!said.to_lowercase().contains(telling), "{telling}");
    }
}

#[test]
fn a_reviewer_sees_no_account_before_the_judgement() {
    for (name, document) in screens() {
        let said = reading(&document);
        let blind = name == "desk-reviews" || name.starts_with("desk-review") && !said.contains("Step 2 of 2");
        if blind {
            assert!(
                !said.contains("maria.lindqvist") && !said.contains("Maria Lindqvist"),
                "{name}"
            );
            assert!(!document.html().contains("maria.lindqvist"), "{name}");
        }
    }
}

#[test]
fn nothing_but_our_own_drawings_goes_into_a_template_unescaped() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages/desk");
    let mut templates = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "html") {
            continue;
        }
        templates += 1;
        let text = fs::read_to_string(&path).unwrap();
        let (all, drawings) = (text.matches("safe").count(), text.matches(".svg()|safe }}").count());
        assert_eq!(all, drawings, "{}", path.display());
    }
    assert!(templates > 18, "{templates}");
}

#[test]
fn the_consoles_style_has_no_colours_of_its_own() {
    let pages = Pages::new(northwind()).unwrap();
    let (_, page) = Page::samples()
        .into_iter()
        .find(|(name, _)| *name == "desk-home")
        .unwrap();
    let document = Html::parse_document(&pages.render(&page).unwrap());
    let sheets = select("link[rel=stylesheet]");
    let desk = document
        .select(&sheets)
        .filter_map(|link| link.value().attr("href"))
        .find(|to| to.contains("/desk-"))
        .unwrap();
    let style = String::from_utf8(pages.asset(desk).unwrap().bytes.to_vec()).unwrap();
    for bad in ["#fff", "#0", "rgb(", "rgba(", "hsl(", "  --"] {
        assert!(!style.contains(bad), "{bad}");
    }
    for piece in style.split("var(--").skip(1) {
        let name = piece.split(')').next().unwrap();
        let known = super::contrast::is_known(name);
        assert!(known, "--{name} is no colour that is held to a contrast");
    }
}

#[test]
fn a_reviewer_sees_the_pictures_first_and_the_two_faces_last_before_they_are_asked() {
    let shown = |sample: &str| {
        let found = screens().into_iter().find(|(name, _)| name == sample);
        found.unwrap_or_else(|| panic!("no {sample}")).1
    };
    let document = shown("desk-review-shown");
    let headings: Vec<String> = document
        .select(&select("h2, h3"))
        .map(|heading| heading.text().collect::<String>().trim().to_owned())
        .collect();
    let order = [
        "Evidence",
        "Pictures",
        "What was read",
        "What speaks against it",
        "What they were asked to do",
        "Portrait and person",
        "What was checked",
        "Does it hold?",
    ];
    assert_eq!(
        headings
            .iter()
            .filter(|one| order.contains(&one.as_str()))
            .collect::<Vec<_>>(),
        order
    );
    let text = document.root_element().text().collect::<String>();
    assert!(text.contains("It does not prove that the document is genuine or that the person was present."));
    assert!(
        text.contains("something newer"),
        "a word of a later version is shown as it is"
    );
    assert!(!text.contains("Whose account it is\n"), "not before the judgement");
    assert!(!text.contains("Is it the same person?"), "not before the judgement");
    // Each picture is a link to itself, which opens it large without a script.
    let pictures: Vec<_> = document.select(&select("figure.exhibit > a > img")).collect();
    assert_eq!(pictures.len(), 9);
    for picture in pictures {
        let link = picture.parent().and_then(|parent| parent.value().as_element()).unwrap();
        assert_eq!(link.attr("href"), picture.value().attr("src"));
        assert!(
            link.attr("href")
                .is_some_and(|to| to.starts_with("/desk/cases/") && to.contains("/pictures/"))
        );
        assert!(picture.value().attr("alt").is_some_and(|alt| !alt.is_empty()));
    }
    let gone = shown("desk-review-gone");
    assert_eq!(gone.select(&select("figure")).count(), 0);
    assert!(gone.root_element().text().collect::<String>().contains("are gone"));
}
