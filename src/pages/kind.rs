//! The words that differ between kinds of pass: what it is called, what the person does with it, and, of a pass that is an
//! address, what the button says that leads there.

use serde::Deserialize;

use doorward_contract::PassKind;

/// The words of every kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    temporary_password: Typed,
    temporary_access_pass: Typed,
    temporary_access_code: Typed,
    bypass_code: Typed,
    reset_link: Opened,
    enrolment_link: Opened,
    activation_link: Opened,
}

/// A pass that is typed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    name: String,
    ready: String,
    ready_lead: String,
    shown: String,
    shown_lead: String,
    open: String,
    enter: String,
}

/// A pass that is an address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    name: String,
    ready: String,
    ready_lead: String,
    shown: String,
    shown_lead: String,
    button: String,
    open: String,
    enter: String,
}

/// The words of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind<'a> {
    /// What it is called within a sentence or a list.
    pub(super) name: &'a str,
    pub(super) ready: &'a str,
    pub(super) ready_lead: &'a str,
    pub(super) shown: &'a str,
    pub(super) shown_lead: &'a str,
    /// What the button says, where the pass is an address.
    pub(super) button: Option<&'a str>,
    /// The first thing to do: before the sign-in page's name where the pass is typed, a sentence where it is an address.
    pub(super) open: &'a str,
    /// The second: a sentence, or what stands before the sign-in page's name.
    pub(super) enter: &'a str,
}

impl Words {
    /// The words of a kind.
    pub(super) fn of(&self, kind: PassKind) -> Kind<'_> {
        match kind {
            PassKind::TemporaryPassword => self.temporary_password.words(),
            PassKind::TemporaryAccessPass => self.temporary_access_pass.words(),
            PassKind::TemporaryAccessCode => self.temporary_access_code.words(),
            PassKind::BypassCode => self.bypass_code.words(),
            PassKind::ResetLink => self.reset_link.words(),
            PassKind::EnrolmentLink => self.enrolment_link.words(),
            PassKind::ActivationLink => self.activation_link.words(),
        }
    }
}

impl Typed {
    fn words(&self) -> Kind<'_> {
        Kind {
            name: &self.name,
            ready: &self.ready,
            ready_lead: &self.ready_lead,
            shown: &self.shown,
            shown_lead: &self.shown_lead,
            button: None,
            open: &self.open,
            enter: &self.enter,
        }
    }
}

impl Opened {
    fn words(&self) -> Kind<'_> {
        Kind {
            name: &self.name,
            ready: &self.ready,
            ready_lead: &self.ready_lead,
            shown: &self.shown,
            shown_lead: &self.shown_lead,
            button: Some(&self.button),
            open: &self.open,
            enter: &self.enter,
        }
    }
}
