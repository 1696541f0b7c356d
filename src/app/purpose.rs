//! Purposes, ways in, callers and the company's face, made of their settings.

use std::collections::HashMap;
use std::time::Duration;

use crate::case::check::{CodeBy, Reach, Wanted};
use crate::case::plan::{Act, OnFailure};
use crate::case::policy::{Caps, FoundBy, OnProtected, Purpose, Tier};
use crate::case::role::Power;
use crate::config::challenge::{self, CheckWord, ReachWord};
use crate::config::purpose::{self, ActionWord};
use crate::config::source::Source;
use crate::config::{self, Config};
use crate::http::Caller;
use crate::matching::Preset;
use crate::pages::{Brand, Contact, Logo};
use crate::source::{Kind, Way};
use doorward_contract::{Action, CheckName, DocumentKind, Documents};

pub(super) fn callers(config: &Config) -> Vec<Caller> {
    let caller = |token: &purpose::ApiToken| Caller {
        name: token.name.get_ref().0.clone(),
        digest: Caller::digest_of(token.secret.0.expose()),
        powers: powers(token),
        purposes: token.purposes.iter().map(|name| name.get_ref().0.clone()).collect(),
    };
    config.api_tokens.iter().map(caller).collect()
}

/// What a token may do. A scope is a power by its word.
fn powers(token: &purpose::ApiToken) -> Vec<Power> {
    match &token.scopes {
        None => Power::USUAL_OF_MACHINES.to_vec(),
        Some(scopes) => scopes.iter().filter_map(|scope| scope.word().parse().ok()).collect(),
    }
}

pub(super) fn ways(config: &Config) -> Vec<Way> {
    let way = |source: &Source| Way {
        name: source.name().get_ref().0.clone(),
        kind: match source {
            Source::Portal(_) => Kind::Portal,
            Source::Link(_) => Kind::Link,
            Source::Oidc(_) => Kind::Oidc,
            Source::Okta(_) => Kind::Okta,
            Source::Entra(_) => Kind::Entra,
            Source::Saml(_) => Kind::Saml,
            Source::Duo(_) => Kind::Duo,
        },
    };
    config.sources.iter().map(way).collect()
}

pub(super) fn purposes(config: &Config) -> HashMap<String, Purpose> {
    // How long a link waits is the source's business; there is at most one source of links.
    let link_lifetime = config.sources.iter().find_map(|source| match source {
        Source::Link(link) => Some(link.lifetime.0),
        _ => None,
    });
    config
        .purposes
        .iter()
        .map(|purpose| {
            (
                purpose.name.get_ref().0.clone(),
                made(purpose, link_lifetime.unwrap_or_default()),
            )
        })
        .collect()
}

fn act(act: &purpose::Act) -> Act {
    Act {
        connector: act.connector.get_ref().0.clone(),
        action: match act.action.get_ref() {
            ActionWord::TemporaryPassword => Action::TemporaryPassword,
            ActionWord::TemporaryAccessPass => Action::TemporaryAccessPass {
                lifetime_minutes: act.lifetime_minutes.map(|minutes| minutes.0),
                one_time: act.one_time.unwrap_or(true),
            },
            ActionWord::RevokeSessions => Action::RevokeSessions,
            ActionWord::RemoveMethods => Action::RemoveMethods { kinds: kinds(act) },
            ActionWord::ResetLink => Action::ResetLink,
            ActionWord::TemporaryAccessCode => Action::TemporaryAccessCode {
                lifetime_minutes: act.lifetime_minutes.map(|minutes| minutes.0),
                one_time: act.one_time.unwrap_or(true),
            },
            ActionWord::Call => Action::Call {
                // Settings without one do not load.
                name: act.name.as_ref().map(|name| name.0.clone()).unwrap_or_default(),
            },
            ActionWord::Unlock => Action::Unlock,
            ActionWord::ResetFactors => Action::ResetFactors { kinds: kinds(act) },
            ActionWord::Suspend => Action::Suspend,
            ActionWord::Unsuspend => Action::Unsuspend,
            ActionWord::BypassCode => Action::BypassCode {
                lifetime_minutes: act.lifetime_minutes.map(|minutes| minutes.0),
            },
            ActionWord::EnrolmentLink => Action::EnrolmentLink,
            ActionWord::ActivationLink => Action::ActivationLink {
                lifetime_minutes: act.lifetime_minutes.map(|minutes| minutes.0),
            },
            ActionWord::RemoveDevices => Action::RemoveDevices { kinds: kinds(act) },
        },
        on_failure: match act.on_failure {
            purpose::OnFailure::Stop => OnFailure::Stop,
            purpose::OnFailure::GoOn => OnFailure::GoOn,
        },
    }
}

fn kinds(act: &purpose::Act) -> Vec<String> {
    act.kinds.iter().flatten().map(|kind| kind.0.clone()).collect()
}

fn made(purpose: &purpose::Purpose, link_lifetime: Duration) -> Purpose {
    Purpose {
        name: purpose.name.get_ref().0.clone(),
        title: purpose.title.0.clone(),
        reason: purpose.reason.as_ref().map(|reason| reason.0.clone()),
        afterwards: purpose.afterwards.iter().map(|line| line.0.clone()).collect(),
        sources: purpose.sources.iter().map(|name| name.get_ref().0.clone()).collect(),
        directory: purpose.directory.as_ref().map(|name| name.get_ref().0.clone()),
        verifier: purpose.verifier.get_ref().0.clone(),
        required: purpose
            .required
            .iter()
            .map(|check| match check {
                purpose::Required::GovernmentId => CheckName::GovernmentId,
                purpose::Required::Selfie => CheckName::Selfie,
                purpose::Required::FaceMatch => CheckName::FaceMatch,
            })
            .collect(),
        documents: purpose.documents.as_ref().map_or_else(Documents::default, documents),
        preset: match purpose.preset {
            purpose::Preset::Strict => Preset::Strict,
            purpose::Preset::Names => Preset::Names,
            purpose::Preset::Okta => Preset::Okta,
            purpose::Preset::OktaInsecureNamesOnly => Preset::OktaInsecureNamesOnly,
        },
        checks: purpose.checks.iter().filter_map(wanted).collect(),
        plan: purpose.plan.iter().map(|spanned| act(spanned.get_ref())).collect(),
        accounts: purpose
            .accounts
            .iter()
            .map(|account| found_by(account.get_ref()))
            .collect(),
        attempts: purpose.attempts.0,
        case_lifetime: purpose.case_lifetime.0,
        link_lifetime,
        pass_lifetime: purpose.pass_lifetime.0,
        keep_personal: purpose.keep_personal.0,
        keep_proof: purpose.keep_proof.0,
        recheck: purpose.recheck.as_ref().map(|length| length.0),
        approvals: purpose.approvals.0,
        tiers: purpose.tier.iter().map(|spanned| tier(spanned.get_ref())).collect(),
        protected: match purpose.protected {
            config::policy::OnProtected::Refuse => OnProtected::Refuse,
            config::policy::OnProtected::Approve => OnProtected::Approve,
        },
    }
}

/// A further check. Settings that do not say who asks do not load.
fn wanted(check: &challenge::FurtherCheck) -> Option<Wanted> {
    let by = check.by()?.get_ref().0.clone();
    let code = match check.check.get_ref() {
        CheckWord::Push | CheckWord::UniversalPrompt => {
            return Some(Wanted::Connector {
                connector: by,
                check: check.check.get_ref().challenge()?,
            });
        }
        CheckWord::EmailCode => CodeBy::EmailCode,
        CheckWord::PhoneCode => CodeBy::PhoneCode,
    };
    let reach = |word| match word {
        ReachWord::PrivateMail => Reach::PrivateMail,
        ReachWord::WorkMail => Reach::WorkMail,
        ReachWord::Mobile => Reach::Mobile,
    };
    Some(Wanted::Carrier {
        carrier: by,
        check: code,
        contacts: check.reaches().into_iter().map(reach).collect(),
    })
}

fn documents(wanted: &config::document::Documents) -> Documents {
    let kind = |kind: &config::document::Kind| match kind {
        config::document::Kind::Passport => DocumentKind::Passport,
        config::document::Kind::IdentityCard => DocumentKind::IdentityCard,
        config::document::Kind::DrivingLicence => DocumentKind::DrivingLicence,
    };
    Documents {
        kinds: wanted.kinds.iter().map(kind).collect(),
        countries: wanted.countries.iter().map(|country| country.0.clone()).collect(),
        grace_days: wanted.grace_days,
        upload: wanted.upload,
        automatic: wanted.decide == config::document::Decide::Automatic,
    }
}

fn tier(tier: &config::policy::Tier) -> Tier {
    Tier {
        groups: tier.groups.clone(),
        accounts: tier.accounts.clone(),
        approvals: tier.approvals.0,
    }
}

/// How much one person on the staff may do.
pub(super) fn caps(limits: &config::server::Limits) -> Caps {
    Caps {
        cases_per_agent: limits.cases_per_agent,
        searches_per_agent: limits.searches_per_agent,
        links_per_agent: limits.links_per_agent,
        links_per_account: limits.links_per_account,
        codes_per_contact: limits.codes_per_contact,
        codes_per_account: limits.codes_per_account,
        approvals_per_approver: limits.approvals_per_approver,
        recovered_approver: limits.recovered_approver.0,
    }
}

fn found_by(account: &purpose::AccountAt) -> (String, FoundBy) {
    let by = match account.by {
        purpose::FoundBy::Login => FoundBy::Login,
        purpose::FoundBy::UserName => FoundBy::UserName,
    };
    (account.connector.get_ref().0.clone(), by)
}

pub(super) fn brand(config: &Config) -> Brand {
    let brand = &config.brand;
    let contact = &brand.contact;
    let words = |words: &Option<crate::config::value::Words>| words.as_ref().map(|words| words.0.clone());
    Brand {
        name: brand.name.0.clone(),
        logo: brand.logo.as_ref().map(|logo| Logo {
            media_type: logo.media_type.to_owned(),
            bytes: logo.bytes.clone(),
        }),
        accent: brand
            .accent
            .as_ref()
            .map_or_else(|| Brand::ACCENT.to_owned(), |colour| colour.0.clone()),
        accent_dark: brand
            .accent_dark
            .as_ref()
            .map_or_else(|| Brand::ACCENT_DARK.to_owned(), |colour| colour.0.clone()),
        privacy_url: brand.privacy_url.as_ref().map(|address| address.0.to_string()),
        contact: Contact {
            label: contact.label.0.clone(),
            email: words(&contact.email),
            phone: words(&contact.phone),
            url: contact.url.as_ref().map(|address| address.0.to_string()),
            hours: words(&contact.hours),
        },
    }
}
