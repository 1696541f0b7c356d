//! What the imitated verification finds: documents read, checks made, the workflow's decision ("Verification Lifecycle",
//! "Verification Checks", "Workflows", <https://docs.withpersona.com/verification-checks>, autumn 2026).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::state::{Check, Extracted, Verification};
use super::{Desk, Specimen, fresh_id};

pub(super) const GOVERNMENT_ID: &str = "verification/government-id";
pub(super) const SELFIE: &str = "verification/selfie";

/// What a document says instead of the person's name. Invented.
const WRONG_NAME: (&str, &str) = ("TRACY", "NORTHWOOD");
/// What Persona's sandbox says of everybody.
const SAMPLE_NAME: (&str, &str) = ("Alexander J", "Sample");

/// Checks of a document: name, requirement, and the reason where it does not apply.
const DOCUMENT_CHECKS: [(&str, &str, Option<&str>); 20] = [
    ("id_aamva_database_lookup", "not_required", Some("disabled")),
    ("id_account_comparison", "not_required", Some("no_account")),
    ("id_age_comparison", "not_required", None),
    ("id_barcode_detection", "not_required", None),
    ("id_blur_detection", "requires_retry", None),
    ("id_compromised_detection", "required", None),
    ("id_disallowed_country_detection", "required", None),
    ("id_disallowed_type_detection", "required", None),
    ("id_double_side_detection", "not_required", None),
    ("id_electronic_replica_detection", "not_required", None),
    ("id_entity_detection", "required", None),
    ("id_expired_detection", "required", None),
    ("id_extracted_properties_detection", "required", None),
    ("id_fabrication_detection", "required", None),
    ("id_glare_detection", "requires_retry", None),
    ("id_inquiry_comparison", "not_required", Some("no_inquiry")),
    ("id_mrz_detection", "not_required", None),
    ("id_portrait_detection", "required", None),
    ("id_selfie_comparison", "not_required", Some("no_selfie")),
    ("id_tamper_detection", "required", None),
];
/// Checks of a selfie.
const SELFIE_CHECKS: [(&str, &str, Option<&str>); 11] = [
    (ACCOUNT, "not_required", Some("no_account_selfie_present")),
    ("selfie_age_comparison", "not_required", Some("no_reference_birthdate")),
    ("selfie_face_covering_detection", "not_required", None),
    ("selfie_glare_detection", "requires_retry", None),
    ("selfie_glasses_detection", "not_required", None),
    ("selfie_id_comparison", "required", None),
    ("selfie_image_quality_detection", "requires_retry", None),
    ("selfie_liveness_detection", "required", None),
    ("selfie_multiple_faces_detection", "not_required", None),
    ("selfie_pose_detection", "required", None),
    ("selfie_suspicious_entity_detection", "required", None),
];
/// What is wrong with a selfie that fails.
const NOT_ALIVE: (&str, &str) = ("selfie_liveness_detection", "low_liveness_confidence");
/// What is wrong with a document that fails.
const REPLICA: (&str, &str) = ("id_electronic_replica_detection", "replica_detected");

/// The check of a selfie against those the account has from before.
const ACCOUNT: &str = "selfie_account_comparison";

/// What that check finds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compared {
    NotApplicable,
    Same,
    Another,
}

/// How a visit shall end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Everything is in order.
    Pass,
    /// The selfie is not of somebody alive.
    Fail,
    /// Time runs out.
    Expire,
    /// A human at the vendor has to look.
    Review,
    /// Everything is in order, but the document says another name.
    WrongName,
}

impl Choice {
    /// All of them, with the words of the page.
    pub(super) const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Pass, "pass", "Everything passes"),
        (Self::Fail, "fail", "The selfie fails"),
        (Self::Expire, "expire", "Time runs out"),
        (Self::Review, "review", "A human has to look"),
        (Self::WrongName, "wrong-name", "The document says another name"),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, word, _)| *word == name)
            .map(|(choice, ..)| choice)
    }
}

impl Desk<'_> {
    pub(super) fn specimen(&self, id: &str) -> Option<Specimen> {
        self.world.people.iter().find(|one| one.id == id).cloned()
    }

    /// A document was shown: the inquiry begins, if it had not.
    pub(super) fn show_document(&mut self, inquiry: &str, specimen: &Specimen) {
        self.begin(inquiry);
        let country = Some(specimen.country.clone());
        let extracted = self.extract(specimen);
        self.submit(inquiry, GOVERNMENT_ID, country, Some(extracted));
        if let Some(inquiry) = self.state.inquiry_mut(inquiry) {
            inquiry.specimen = Some(specimen.id.clone());
            inquiry.step = "selfie".into();
        }
    }

    pub(super) fn takes_selfie_only(&self, inquiry: &str) -> bool {
        let found = self.state.inquiry(inquiry);
        found.is_some_and(|inquiry| self.world.is_selfie_only(&inquiry.template))
    }

    /// A selfie was taken of this specimen's face: the inquiry begins, if it had not.
    pub(super) fn show_face(&mut self, inquiry: &str, face: &str) {
        self.begin(inquiry);
        self.submit_selfie(inquiry, Some(face.to_owned()));
        if let Some(inquiry) = self.state.inquiry_mut(inquiry) {
            inquiry.step = "outcome".into();
        }
    }

    pub(super) fn submit_selfie(&mut self, inquiry: &str, face: Option<String>) -> String {
        let country = self.newest(inquiry, GOVERNMENT_ID).and_then(|one| one.country);
        let id = self.submit(inquiry, SELFIE, country, None);
        if let Some(one) = self.state.verifications.iter_mut().find(|one| one.id == id) {
            one.face = face;
        }
        id
    }

    /// Ends a visit that showed a face, and a document where one was asked for.
    pub(super) fn end(&mut self, inquiry: &str, choice: Choice) {
        if choice == Choice::Expire {
            self.expire(inquiry);
            return;
        }
        if choice == Choice::WrongName {
            self.rename(inquiry);
        }
        if !self.takes_selfie_only(inquiry) {
            self.judge(inquiry, GOVERNMENT_ID, None);
        }
        self.judge(inquiry, SELFIE, (choice == Choice::Fail).then_some(NOT_ALIVE));
        self.fill_fields(inquiry);
        if let Some(inquiry) = self.state.inquiry_mut(inquiry) {
            inquiry.step = "done".into();
        }
        // The flow goes by the verifications: one that failed fails it, whatever was wished for.
        let passed = self.newest(inquiry, SELFIE).is_some_and(|one| one.status == "passed");
        self.finish(inquiry, passed);
        match choice {
            Choice::Review => self.mark_for_review(inquiry),
            _ if !passed && self.world.decided_by_workflow => self.decide(inquiry, "declined"),
            Choice::Pass | Choice::WrongName if self.world.decided_by_workflow => self.decide(inquiry, "approved"),
            _ => {}
        }
    }

    /// A whole visit at once, from wherever it stands.
    pub(super) fn visit(&mut self, inquiry: &str, specimen: &Specimen, choice: Choice) {
        if !self.takes_selfie_only(inquiry) {
            self.show_document(inquiry, specimen);
        }
        self.show_face(inquiry, &specimen.id);
        self.end(inquiry, choice);
    }

    /// What the selfie's comparison with the account's earlier selfies finds: nothing where there is none.
    fn account_comparison(&self, selfie: &Verification) -> Compared {
        let account = self.state.inquiry(&selfie.inquiry).and_then(|one| one.account.as_ref());
        let of_account = |one: &Verification| {
            account.is_some()
                && self
                    .state
                    .inquiry(&one.inquiry)
                    .and_then(|inquiry| inquiry.account.as_ref())
                    == account
        };
        let mut earlier = self
            .state
            .verifications
            .iter()
            .filter(|one| one.kind == SELFIE && one.status == "passed" && one.inquiry != selfie.inquiry)
            .filter(|one| one.face.is_some() && of_account(one))
            .peekable();
        if earlier.peek().is_none() {
            Compared::NotApplicable
        } else if earlier.all(|one| one.face == selfie.face) {
            Compared::Same
        } else {
            Compared::Another
        }
    }

    /// Records a verification that somebody submitted and nobody looked at yet.
    pub(super) fn submit(
        &mut self,
        inquiry: &str,
        kind: &str,
        country: Option<String>,
        extracted: Option<Extracted>,
    ) -> String {
        let id = fresh_id("ver_");
        self.state.verifications.push(Verification {
            id: id.clone(),
            kind: kind.to_owned(),
            inquiry: inquiry.to_owned(),
            status: "submitted".into(),
            created_at: self.now,
            submitted_at: Some(self.now),
            completed_at: None,
            country,
            checks: Vec::new(),
            extracted,
            face: None,
            redaction: None,
        });
        self.emit_verification("verification.created", &id);
        self.emit_verification("verification.submitted", &id);
        id
    }

    /// Passes the newest verification of a kind, or fails it by one required check.
    pub(super) fn judge(&mut self, inquiry: &str, kind: &str, failing: Option<(&str, &str)>) {
        let Some(newest) = self.newest(inquiry, kind) else {
            return;
        };
        let list = if kind == SELFIE {
            &SELFIE_CHECKS[..]
        } else {
            &DOCUMENT_CHECKS[..]
        };
        let mut checks: Vec<Check> = list.iter().map(|check| made(check, failing)).collect();
        if kind == SELFIE {
            self.compare_faces(&newest, &mut checks);
        }
        // A check that does not apply fails nothing, required or not.
        let failed = failing.is_some()
            || checks
                .iter()
                .any(|check| check.requirement == "required" && check.status == "failed");
        let now = self.now;
        if let Some(one) = self.state.verifications.iter_mut().find(|one| one.id == newest.id) {
            one.checks = checks;
            one.completed_at = Some(now);
            one.status = if failed { "failed" } else { "passed" }.into();
        }
        let event = if failed {
            "verification.failed"
        } else {
            "verification.passed"
        };
        self.emit_verification(event, &newest.id);
    }

    /// Who the selfie is held against: the account's earlier selfies, which the template without a document requires,
    /// and the document, which it does not have.
    fn compare_faces(&self, selfie: &Verification, checks: &mut [Check]) {
        let alone = self.takes_selfie_only(&selfie.inquiry);
        let (status, reasons) = match self.account_comparison(selfie) {
            Compared::NotApplicable => ("not_applicable", vec!["no_account_selfie_present".to_owned()]),
            Compared::Same => ("passed", Vec::new()),
            Compared::Another => ("failed", Vec::new()),
        };
        for check in checks {
            match check.name.as_str() {
                ACCOUNT => {
                    status.clone_into(&mut check.status);
                    check.reasons.clone_from(&reasons);
                    let needed = if alone { "required" } else { "not_required" };
                    needed.clone_into(&mut check.requirement);
                }
                "selfie_id_comparison" if alone => {
                    "not_applicable".clone_into(&mut check.status);
                    check.reasons = vec!["no_government_id".to_owned()];
                    "not_required".clone_into(&mut check.requirement);
                }
                _ => {}
            }
        }
    }

    /// The check by which a verification of this kind fails.
    pub(super) fn flaw(kind: &str) -> (&'static str, &'static str) {
        if kind == SELFIE { NOT_ALIVE } else { REPLICA }
    }

    pub(super) fn newest(&self, inquiry: &str, kind: &str) -> Option<Verification> {
        self.state
            .verifications_of(inquiry)
            .filter(|one| one.kind == kind)
            .last()
            .cloned()
    }

    pub(super) fn extract(&self, specimen: &Specimen) -> Extracted {
        let sample = self.world.sandbox;
        // Names on documents come in capitals; the sandbox replaces them by its sample person's.
        let (first, last) = if sample {
            (SAMPLE_NAME.0.to_owned(), SAMPLE_NAME.1.to_owned())
        } else {
            (specimen.given.to_uppercase(), specimen.family.to_uppercase())
        };
        Extracted {
            id_class: specimen.id_class.clone(),
            name_first: Some(first),
            name_middle: specimen
                .middle
                .as_ref()
                .filter(|_| !sample)
                .map(|middle| middle.to_uppercase()),
            name_last: Some(last),
            birthdate: Some(specimen.birth_date.clone()),
            document_number: Some(specimen.document_number.clone()),
        }
    }

    fn rename(&mut self, inquiry: &str) {
        let Some(id) = self.newest(inquiry, GOVERNMENT_ID).map(|one| one.id) else {
            return;
        };
        let found = self.state.verifications.iter_mut().find(|one| one.id == id);
        if let Some(read) = found.and_then(|one| one.extracted.as_mut()) {
            read.name_first = Some(WRONG_NAME.0.into());
            read.name_middle = None;
            read.name_last = Some(WRONG_NAME.1.into());
        }
    }

    /// The flow writes what it read into the inquiry's fields, over what stood there.
    fn fill_fields(&mut self, inquiry: &str) {
        let Some(read) = self.newest(inquiry, GOVERNMENT_ID).and_then(|one| one.extracted) else {
            return;
        };
        let Some(inquiry) = self.state.inquiry_mut(inquiry) else {
            return;
        };
        for (name, kind, value) in [
            ("name-first", "string", read.name_first),
            ("name-middle", "string", read.name_middle),
            ("name-last", "string", read.name_last),
            ("birthdate", "date", read.birthdate),
            ("identification-class", "string", Some(read.id_class)),
        ] {
            inquiry
                .fields
                .insert(name.to_owned(), json!({ "type": kind, "value": value }));
        }
    }
}

fn made((name, requirement, not_applicable): &(&str, &str, Option<&str>), failing: Option<(&str, &str)>) -> Check {
    let failure = failing.filter(|(failing, _)| failing == name).map(|(_, reason)| reason);
    let (status, reason) = match (failure, not_applicable) {
        (Some(reason), _) => ("failed", Some(reason)),
        (None, Some(reason)) => ("not_applicable", Some(*reason)),
        (None, None) => ("passed", None),
    };
    Check {
        name: (*name).to_owned(),
        status: status.to_owned(),
        reasons: reason.map(ToOwned::to_owned).into_iter().collect(),
        requirement: if failure.is_some() { "required" } else { requirement }.to_owned(),
    }
}
