//! Where a link from the helpdesk leads. It names who asked, so that a person can tell a real request from a forged one;
//! opening it uses nothing up, because mail scanners open links too.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::shell::{About, Screen, Shell};
use super::text::Sentence;

/// Where a link from the helpdesk leads.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The company the request is for.
    pub company: String,
    /// Who made the link.
    pub requester: String,
    /// Under which ticket.
    pub ticket: Option<String>,
    /// What it is for.
    pub purpose_title: String,
    /// The two words that the agent's screen shows too.
    pub words: Option<String>,
    /// Where the start goes, by `POST`; this is what uses the link up.
    pub action: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: Sentence,
    lead: String,
    company: String,
    requester: String,
    ticket: String,
    purpose: String,
    unexpected: String,
    unexpected_text: Sentence,
    same_device: String,
    button: String,
}

#[derive(Template)]
#[template(path = "invited.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Invited,
    title: String,
}

impl Screen for Invited {
    fn state(&self) -> &'static str {
        "invited"
    }

    fn about(&self) -> About<'_> {
        About {
            step: Some(1),
            words: self.words.as_deref(),
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.invited;
        View {
            shell,
            words,
            page: self,
            title: words.title.fill(&[("company", &self.company)]),
        }
        .render()
    }
}

impl Invited {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let with_ticket = Self {
            company: "Northwind Example".to_owned(),
            requester: "Jonas Weber, IT Service Desk".to_owned(),
            ticket: Some("INC-20418".to_owned()),
            purpose_title: "Get back into your account".to_owned(),
            words: Some("lantern otter".to_owned()),
            action: "/link/sample".to_owned(),
        };
        let without = Self {
            ticket: None,
            words: None,
            ..with_ticket.clone()
        };
        vec![("invited", with_ticket), ("invited-no-ticket", without)]
    }
}
