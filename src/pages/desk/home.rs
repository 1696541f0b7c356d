//! What waits for whoever is signed in.

use askama::Template;

use super::frame::Surface;
use super::line::CaseLine;
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::case::role::Power;
use crate::pages::icon::Icon;

/// What waits for whoever is signed in. Lists of what they may not see are empty.
#[derive(Clone, Debug)]
pub struct Home {
    /// Cases that wait for a reviewer.
    pub reviews: Vec<CaseLine>,
    /// Cases that wait for an approver.
    pub approvals: Vec<CaseLine>,
    /// Cases that cannot go on before somebody mends something.
    pub stuck: Vec<CaseLine>,
    /// Cases that this operator opened and that are not over.
    pub mine: Vec<CaseLine>,
}

words! {
    /// What the screen says.
    Words { find_title, find_label, find_hint, find_button, new, reviews, approvals, stuck, mine, mine_none, nothing; title }
}

#[derive(Template)]
#[template(path = "desk/home.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Home,
    title: String,
}

impl View<'_> {
    fn quiet(&self) -> bool {
        let page = self.page;
        let nothing = page.reviews.is_empty() && page.approvals.is_empty() && page.stuck.is_empty();
        nothing && page.mine.is_empty() && !self.desk.may(Power::OpenCase)
    }
}

impl Drawn for Home {
    fn state(&self) -> &'static str {
        "desk-home"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Home)
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.home;
        let name = desk.frame.operator.as_str();
        View {
            desk,
            words,
            page: self,
            title: words.title.fill(&[("name", name)]),
        }
        .render()
    }
}

impl Home {
    pub(super) fn quiet_sample() -> Self {
        Self {
            reviews: Vec::new(),
            approvals: Vec::new(),
            stuck: Vec::new(),
            mine: Vec::new(),
        }
    }

    pub(super) fn busy_sample() -> Self {
        let of = |stage| CaseLine {
            stage,
            person: None,
            ..CaseLine::sample()
        };
        Self {
            reviews: vec![of("review")],
            approvals: vec![of("approval")],
            stuck: vec![of("stuck")],
            mine: Vec::new(),
        }
    }

    pub(super) fn agent_sample() -> Self {
        let samples = CaseLine::samples();
        let open = samples
            .into_iter()
            .filter(|line| line.end.is_none() && line.person.is_some());
        Self {
            mine: open.take(5).collect(),
            ..Self::quiet_sample()
        }
    }
}
