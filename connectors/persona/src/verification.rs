//! Reading verifications and their checks ("Verification Lifecycle", "Verification Checks",
//! <https://docs.withpersona.com/verification-checks>, autumn 2026).
//!
//! An inquiry holds one verification per attempt; the newest submitted one of each type is the result. Which statuses of
//! the inquiry itself count is left to `judge`.

use chrono::NaiveDate;
use doorward_contract::{CheckName, CheckResult, Evidence, Name, Person, Timestamp, VendorError};

use crate::wire::{Check, Included, Verification};

/// Resource type of a government document.
const GOVERNMENT_ID: &str = "verification/government-id";
/// Resource type of a selfie.
const SELFIE: &str = "verification/selfie";
/// The face on the selfie against the face on the document.
const FACE_MATCH: &str = "selfie_id_comparison";
/// The face on the selfie against the selfies that the account has from before.
const SAME_FACE: &str = "selfie_account_comparison";
/// Whether the selfie was taken of somebody alive.
const LIVENESS: &str = "selfie_liveness_detection";

/// Checks that must not have failed even where the template calls them optional: Persona passes a verification when its
/// *required* checks pass, and a template may require less than we do. Those that speak of fraud, not of a poor picture.
const NEVER_FAILED: [&str; 19] = [
    "id_barcode_inconsistency_detection",
    "id_color_inconsistency_detection",
    "id_compromised_detection",
    "id_disallowed_country_detection",
    "id_disallowed_type_detection",
    "id_electronic_replica_detection",
    "id_entity_detection",
    "id_expired_detection",
    "id_extraction_inconsistency_detection",
    "id_fabrication_detection",
    "id_handwriting_detection",
    "id_mrz_inconsistency_detection",
    "id_public_figure_detection",
    "id_tamper_detection",
    "selfie_face_covering_detection",
    "selfie_multiple_faces_detection",
    "selfie_pose_detection",
    "selfie_public_figure_detection",
    "selfie_suspicious_entity_detection",
];

/// How far one required check got.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Passed.
    Passed,
    /// Not decided, or in a word we do not know: never a success.
    Open,
    /// Not good enough, and why.
    Failed(Vec<String>),
}

/// The newest submitted attempt of each type.
pub(crate) struct Attempts {
    document: Option<Verification>,
    selfie: Option<Verification>,
}

impl Attempts {
    /// Picks the newest submitted verification of each type out of what came along.
    pub(crate) fn pick(included: Vec<Included>) -> Result<Self, VendorError> {
        let mut attempts = Self {
            document: None,
            selfie: None,
        };
        for item in included {
            let place = match item.kind.as_str() {
                GOVERNMENT_ID => &mut attempts.document,
                SELFIE => &mut attempts.selfie,
                _ => continue,
            };
            let verification: Verification =
                serde_json::from_value(item.attributes).map_err(|_| VendorError::Unexpected {
                    why: format!("a {} is not as documented", item.kind),
                })?;
            // An attempt that was never submitted (initiated, skipped, canceled) is no result.
            if verification.submitted_at.is_some() && place.as_ref().is_none_or(|other| newer(&verification, other)) {
                *place = Some(verification);
            }
        }
        Ok(attempts)
    }

    /// How far a required check got.
    pub(crate) fn standing(&self, required: CheckName) -> Standing {
        match required {
            CheckName::GovernmentId => standing(self.document.as_ref(), "government ID", None),
            CheckName::Selfie => standing(self.selfie.as_ref(), "selfie", Some(LIVENESS)),
            CheckName::FaceMatch => standing(self.selfie.as_ref(), "selfie", Some(FACE_MATCH)),
            // A verification passes although the account has no selfie: the check is `not_applicable` then
            // (`no_account_selfie_present`), which is no success here.
            CheckName::SameFace => standing(self.selfie.as_ref(), "selfie", Some(SAME_FACE)),
        }
    }

    /// Who the document says it is.
    pub(crate) fn person(&self) -> Option<Person> {
        self.document.as_ref().map(person)
    }

    /// Whether a personal attribute can still be read.
    pub(crate) fn is_readable(&self) -> bool {
        self.document.as_ref().is_some_and(|document| {
            document.name_first.is_some() || document.name_last.is_some() || document.birthdate.is_some()
        })
    }

    /// What was looked at.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        let of = |verification: &Verification, kind: &str| Evidence {
            kind: kind.to_owned(),
            class: verification.id_class.clone(),
            country: verification.country_code.clone(),
        };
        let document = self.document.as_ref().map(|document| of(document, "government_id"));
        let selfie = self.selfie.as_ref().map(|selfie| of(selfie, "selfie"));
        document.into_iter().chain(selfie).collect()
    }

    /// Every check of both, in the vendor's words.
    pub(crate) fn checks(&self) -> Vec<CheckResult> {
        self.all().map(result).collect()
    }

    /// The checks that failed, for staff.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.all()
            .filter(|check| check.status == "failed")
            .map(failure)
            .collect()
    }

    fn all(&self) -> impl Iterator<Item = &Check> {
        self.document
            .iter()
            .chain(self.selfie.iter())
            .flat_map(|verification| verification.checks.iter().flatten())
    }
}

fn newer(one: &Verification, other: &Verification) -> bool {
    let moment = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse);
    let age = |verification: &Verification| (moment(&verification.submitted_at), moment(&verification.created_at));
    age(one) > age(other)
}

fn standing(verification: Option<&Verification>, word: &str, must_pass: Option<&str>) -> Standing {
    let Some(verification) = verification else {
        return Standing::Failed(vec![format!("no {word} was submitted")]);
    };
    match verification.status.as_str() {
        "passed" => {}
        "failed" | "requires_retry" | "skipped" | "canceled" => {
            let mut reasons = vec![format!("the newest {word} is `{}`", verification.status)];
            let checks = verification.checks.iter().flatten();
            reasons.extend(checks.filter(|check| check.status == "failed").map(failure));
            return Standing::Failed(reasons);
        }
        _ => return Standing::Open,
    }
    let checks = || verification.checks.iter().flatten();
    let mut reasons: Vec<String> = checks()
        .filter(|check| check.status == "failed" && counts(check))
        .map(failure)
        .collect();
    if let Some(name) = must_pass {
        match checks().find(|check| check.name == name) {
            Some(check) if check.status == "passed" => {}
            // Already among the reasons above.
            Some(check) if check.status == "failed" && counts(check) => {}
            Some(check) => reasons.push(failure(check)),
            None => reasons.push(format!("{name}: not run; switch it on in the template")),
        }
    }
    if reasons.is_empty() {
        Standing::Passed
    } else {
        Standing::Failed(reasons)
    }
}

/// Whether a failure of this check stops us although the verification passed.
fn counts(check: &Check) -> bool {
    check.requirement.as_deref() == Some("required") || NEVER_FAILED.contains(&check.name.as_str())
}

fn failure(check: &Check) -> String {
    let reasons = check.reasons.as_deref().unwrap_or_default();
    if reasons.is_empty() {
        format!("{}: {}", check.name, check.status)
    } else {
        format!("{}: {} ({})", check.name, check.status, reasons.join(", "))
    }
}

fn result(check: &Check) -> CheckResult {
    CheckResult {
        name: check.name.clone(),
        status: check.status.clone(),
        reasons: check.reasons.clone().unwrap_or_default(),
    }
}

fn person(document: &Verification) -> Person {
    let native = Name {
        given: filled(document.native_name_first.as_deref()),
        middle: filled(document.native_name_middle.as_deref()),
        family: filled(document.native_name_last.as_deref()),
        suffix: None,
    };
    Person {
        name: Name {
            given: filled(document.name_first.as_deref()),
            middle: filled(document.name_middle.as_deref()),
            family: filled(document.name_last.as_deref()),
            suffix: filled(document.name_suffix.as_deref()),
        },
        native_name: (native != Name::default()).then_some(native),
        birth_date: document
            .birthdate
            .as_deref()
            .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()),
    }
}

fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(ToOwned::to_owned)
}
