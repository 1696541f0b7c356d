//! Invented cases for the samples of the case's page.

use super::case::{AccountLine, AttemptLine, CASE_ID, CasePage, CheckLine, Condition};
use super::confirm::Act;
use super::event::EventLine;
use super::explained::{Explained, Quorum, StepLine};
use super::frame::SAMPLE_NOW;
use super::table::{OUTCOMES, REFUSALS, RESULTS};
use doorward_contract::Timestamp;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(SAMPLE_NOW + seconds)
}

impl CasePage {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("desk-case", Self::invited()),
            ("desk-case-proving", Self::proving()),
            ("desk-case-approval", Self::waiting_for_approval()),
            ("desk-case-stuck", Self::stuck()),
            ("desk-case-done", Self::done()),
            ("desk-case-refused", Self::refused()),
            ("desk-case-erased", Self::erased()),
        ]
    }

    fn invited() -> Self {
        Self {
            id: CASE_ID.to_owned(),
            number: "K7QF-3M2P".to_owned(),
            purpose: "Get back into your account".to_owned(),
            source: "helpdesk".to_owned(),
            opener: Some("Jonas Weber".to_owned()),
            ticket: Some("INC0048213".to_owned()),
            reason: Some("Lost phone on a journey".to_owned()),
            stage: "invited",
            reached: "invited",
            end: None,
            refusal: None,
            opened_at: at(-120),
            changed_at: at(-120),
            expires_at: Some(at(1_680)),
            ended_at: None,
            account: Some(AccountLine {
                name: Some("Maria Lindqvist".to_owned()),
                login: Some("maria.lindqvist@example.com".to_owned()),
                id: Some(("5f1c7e8e-77ab-4f7a-9a1a-0d5f6f5c0e11".to_owned(), "entra".to_owned())),
            }),
            words: Some(("maple".to_owned(), "harbour".to_owned())),
            sight: "nobody",
            trouble: None,
            attempts: Vec::new(),
            explained: None,
            checks: Vec::new(),
            quorum: None,
            plan: vec![
                StepLine::sample("entra", "temporary_access_pass", "waiting"),
                StepLine::sample("okta", "revoke_sessions", "waiting"),
            ],
            conditions: Vec::new(),
            pass_until: None,
            remembered_until: None,
            flagged: None,
            erased: false,
            events: vec![EventLine::sample(
                -120,
                "case_opened",
                Some("Jonas Weber"),
                &[
                    ("source", "helpdesk"),
                    ("purpose", "recovery"),
                    ("ticket", "INC0048213"),
                ],
            )],
            acts: vec![Act::NewLink, Act::Cancel, Act::Flag],
            may_review: false,
            may_approve: false,
        }
    }

    fn proving() -> Self {
        let before = Self::invited();
        let mut events = vec![
            EventLine::sample(-40, "proof_started", None, &[("verifier", "persona"), ("attempt", "2")]),
            EventLine::sample(-70, "proof_read", None, &[("outcome", "declined")]),
            EventLine::sample(-90, "consented", None, &[]),
            EventLine::sample(-100, "browser_bound", None, &[]),
        ];
        events.extend(before.events.clone());
        let attempt = |number, outcome, seconds, reasons: &[&str]| AttemptLine {
            number,
            verifier: "persona".to_owned(),
            at: at(seconds),
            outcome,
            reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
            forgotten: false,
        };
        Self {
            stage: "proving",
            reached: "proving",
            changed_at: at(-40),
            sight: "visit",
            trouble: Some((
                "persona".to_owned(),
                "answers slowly; tried again in 20 seconds".to_owned(),
            )),
            attempts: vec![
                attempt(1, "declined", -85, &["government_id: glare over the portrait"]),
                attempt(2, "pending", -40, &[]),
            ],
            events,
            acts: vec![Act::Cancel, Act::Flag],
            ..before
        }
    }

    fn proven() -> Self {
        let before = Self::proving();
        let passed = AttemptLine {
            number: 1,
            verifier: "persona".to_owned(),
            at: at(-85),
            outcome: "passed",
            reasons: Vec::new(),
            forgotten: true,
        };
        let check = |by: &str, check, result, why| CheckLine {
            by: by.to_owned(),
            check,
            result,
            why,
        };
        let mut events = vec![
            EventLine::sample(-20, "check_answered", None, &[("check", "push"), ("result", "passed")]),
            EventLine::sample(-35, "compared", None, &[("verdict", "match"), ("preset", "names")]),
        ];
        events.extend(before.events.clone());
        Self {
            trouble: None,
            attempts: vec![passed],
            explained: Some(Explained::sample()),
            checks: vec![
                check("duo", "push", "passed", None),
                check("mail", "email_code", "passed", None),
                check("sms", "phone_code", "asked", None),
                check(
                    "duo",
                    "universal_prompt",
                    "asked",
                    Some("the person is at Duo's page".to_owned()),
                ),
            ],
            events,
            ..before
        }
    }

    fn waiting_for_approval() -> Self {
        Self {
            stage: "approval",
            reached: "approval",
            sight: "approving",
            quorum: Some(Quorum::sample(1)),
            acts: vec![Act::Flag],
            may_approve: true,
            may_review: true,
            ..Self::proven()
        }
    }

    fn stuck() -> Self {
        let before = Self::proven();
        let mut events = vec![EventLine::sample(
            -5,
            "step_failed",
            None,
            &[
                ("connector", "okta"),
                ("remedy", "refused"),
                ("why", "403 the right okta.users.manage is missing"),
            ],
        )];
        events.extend(before.events.clone());
        Self {
            stage: "stuck",
            reached: "stuck",
            sight: "stuck",
            plan: vec![
                StepLine {
                    at: Some(at(-8)),
                    facts: vec![("lifetime_minutes".to_owned(), "60".to_owned())],
                    notes: vec!["Can be taken back: the pass is deleted.".to_owned()],
                    ..StepLine::sample("entra", "temporary_access_pass", "done")
                },
                StepLine {
                    at: Some(at(-5)),
                    why: Some("403 the right okta.users.manage is missing".to_owned()),
                    ..StepLine::sample("okta", "reset_factors", "failed")
                },
                StepLine::sample("duo", "enrolment_link", "waiting"),
            ],
            events,
            acts: vec![Act::Resume, Act::Undo, Act::Cancel, Act::Flag],
            ..before
        }
    }

    fn done() -> Self {
        let before = Self::proven();
        let step = |connector, action, state, seconds| StepLine {
            at: Some(at(seconds)),
            ..StepLine::sample(connector, action, state)
        };
        let condition = |connector: &str, usable, notes: &[&str]| Condition {
            connector: connector.to_owned(),
            usable,
            notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        };
        Self {
            stage: "closed",
            reached: "ready",
            end: Some("recovered"),
            sight: "done",
            ended_at: Some(at(-2)),
            quorum: Some(Quorum::sample(2)),
            plan: vec![
                step("entra", "temporary_access_pass", "done", -12),
                step("entra", "revoke_sessions", "intended", -11),
                step("okta", "unlock", "undoing", -10),
                step("okta", "reset_factors", "undone", -9),
                StepLine {
                    why: Some("the phone is not known any more".to_owned()),
                    notes: vec!["The plan goes on without it.".to_owned()],
                    ..step("duo", "activation_link", "failed", -8)
                },
            ],
            conditions: vec![
                condition("entra", Some(true), &[]),
                condition("okta", Some(false), &["the account is locked"]),
                condition("duo", None, &["could not be asked"]),
            ],
            pass_until: Some(at(600)),
            remembered_until: Some(at(7_776_000)),
            acts: vec![Act::Retry, Act::Undo, Act::Forget],
            ..before
        }
    }

    fn refused() -> Self {
        let before = Self::proven();
        let mut events = vec![
            EventLine::sample(-1, "closed", None, &[("end", "refused")]),
            EventLine::sample(
                -1,
                "case_flagged",
                Some("Jonas Weber"),
                &[("reason", "asked for another's account")],
            ),
        ];
        events.extend(before.events.clone());
        Self {
            stage: "closed",
            reached: "comparing",
            end: Some("refused"),
            refusal: Some("frozen"),
            sight: "refused",
            ended_at: Some(at(-1)),
            explained: Some(Explained::sample_of_every_finding()),
            flagged: Some((
                "Jonas Weber".to_owned(),
                at(-1),
                "The caller asked for another's account and could not say the words.".to_owned(),
            )),
            events,
            acts: vec![Act::ClearFlag],
            ..before
        }
    }

    fn erased() -> Self {
        Self {
            opener: None,
            source: "portal".to_owned(),
            ticket: None,
            reason: None,
            stage: "closed",
            reached: "consent",
            end: Some("expired"),
            sight: "expired",
            ended_at: Some(at(-2_000_000)),
            account: None,
            words: None,
            plan: Vec::new(),
            erased: true,
            events: vec![
                EventLine::sample(-1_000_000, "person_erased", None, &[]),
                EventLine::sample(-2_000_000, "closed", None, &[("end", "expired")]),
            ],
            acts: Vec::new(),
            ..Self::invited()
        }
    }

    /// The same case while its person looks at that.
    pub(super) fn sample_with_sight(sight: &'static str) -> Self {
        Self {
            sight,
            ..Self::proving()
        }
    }

    /// The same case with each word that an attempt, a check or a refusal may have.
    pub(super) fn samples_of_words() -> Vec<Self> {
        let attempts = OUTCOMES.iter().zip(1..).map(|(outcome, number)| AttemptLine {
            number,
            verifier: "persona".to_owned(),
            at: at(-60),
            outcome,
            reasons: Vec::new(),
            forgotten: false,
        });
        let checks = RESULTS.iter().map(|result| CheckLine {
            by: "duo".to_owned(),
            check: "push",
            result,
            why: None,
        });
        let refused = REFUSALS.iter().map(|refusal| Self {
            refusal: Some(refusal),
            ..Self::refused()
        });
        let all = Self {
            attempts: attempts.collect(),
            checks: checks.collect(),
            ..Self::proving()
        };
        // Somebody looks who must not know yet whose account it is.
        let unseen = Self {
            account: None,
            ..Self::proving()
        };
        refused.chain([all, unseen]).collect()
    }
}
