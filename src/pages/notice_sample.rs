//! Every notice in every shape, with invented numbers.

use super::notice::Notice;

impl Notice {
    #[expect(clippy::too_many_lines, reason = "a list")]
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let number = || "K7QF-3M2P".to_owned();
        let afterwards = vec!["Set up the authenticator app on your new phone.".to_owned()];
        let done = |afterwards, back_to| Self::Done {
            number: number(),
            afterwards,
            back_to,
        };
        vec![
            ("review", Self::Review { number: number() }),
            ("done", done(afterwards, Some("https://apps.example.com/".to_owned()))),
            ("done-bare", done(Vec::new(), None)),
            ("returned", Self::Returned { number: number() }),
            ("signed-out", Self::SignedOut),
            ("gone", Self::Gone { number: number() }),
            ("refused", Self::Refused { number: number() }),
            ("expired", Self::Expired { number: Some(number()) }),
            ("expired-unknown", Self::Expired { number: None }),
            ("withdrawn", Self::Withdrawn { number: number() }),
            ("link-used", Self::LinkUsed),
            ("link-expired", Self::LinkExpired),
            ("undone", Self::Undone { number: number() }),
            ("stuck", Self::Stuck { number: number() }),
            (
                "busy",
                Self::Busy {
                    retry_after_seconds: 90,
                },
            ),
            ("unavailable", Self::Unavailable { number: Some(number()) }),
            ("unavailable-unknown", Self::Unavailable { number: None }),
            ("shielded", Self::Shielded),
            ("not-found", Self::NotFound),
            ("forbidden", Self::Forbidden),
            ("bad-request-unknown", Self::BadRequest { support: None }),
            (
                "bad-request",
                Self::BadRequest {
                    support: Some("6a0d2d3e-1111-4222-8333-0123456789ab".to_owned()),
                },
            ),
            (
                "too-little-time",
                Self::TooLittleTime {
                    number: Some(number()),
                    back: true,
                },
            ),
            (
                "too-little-time-unknown",
                Self::TooLittleTime {
                    number: None,
                    back: false,
                },
            ),
            (
                "fault",
                Self::Fault {
                    reference: "7f3a91c2".to_owned(),
                },
            ),
            ("no-session", Self::NoSession),
        ]
    }
}
