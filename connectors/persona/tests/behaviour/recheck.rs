//! A selfie against the selfie of an earlier proof: which account, which template, which check, and what is forgotten when.

use doorward_contract::{CheckName, Earlier, Erased, Expectation, Outcome, Proof, ProofRequest, Reference, Started};
use doorward_contract::{SubjectRef, VendorError, Verifier};
use doorward_persona::{Settings, connect};
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stand::{BEGIN, Kind, RECHECK_TEMPLATE, RECHECK_VERSION, SUBJECT, Stand, USUAL, settings};

const UNPINNED: Kind = Kind {
    version: false,
    ..USUAL
};

async fn proven(stand: &Stand) -> Earlier {
    let started = stand.start("the first time").await;
    stand.end(&started.reference, "pass").await;
    assert_eq!(stand.read(&started.reference).await.outcome, Outcome::Passed);
    Earlier {
        subject: SubjectRef(SUBJECT.into()),
        reference: started.reference,
    }
}

fn request(stand: &Stand, key: &str, earlier: &Earlier) -> ProofRequest {
    ProofRequest {
        against: Some(earlier.clone()),
        ..stand.request(key)
    }
}

fn expectation(stand: &Stand, earlier: &Earlier) -> Expectation {
    Expectation {
        against: Some(earlier.clone()),
        required: vec![CheckName::Selfie, CheckName::SameFace],
        ..stand.expectation()
    }
}

async fn started(stand: &Stand, key: &str, earlier: &Earlier) -> Started {
    stand.persona.start(&request(stand, key, earlier)).await.unwrap()
}

async fn read(stand: &Stand, reference: &Reference, earlier: &Earlier) -> Proof {
    let expect = expectation(stand, earlier);
    stand.persona.read(reference, &expect).await.unwrap()
}

fn account(stand: &Stand, reference: &Reference) -> String {
    let state = stand.fake.state();
    let all = state["inquiries"].as_array().unwrap();
    let found = all.iter().find(|one| one["id"] == reference.0.as_str()).unwrap();
    found["account"].as_str().unwrap().to_owned()
}

fn declined(proof: &Proof, because: &str) {
    let Outcome::Declined { reasons } = &proof.outcome else {
        panic!("{because}: {:?}", proof.outcome);
    };
    assert!(reasons.iter().any(|reason| reason.contains(because)), "{reasons:?}");
}

#[tokio::test]
async fn it_is_an_inquiry_of_its_own_template_under_the_account_of_the_earlier_proof() {
    for (kind, member, value) in [
        (USUAL, "inquiry-template-version-id", RECHECK_VERSION),
        (UNPINNED, "inquiry-template-id", RECHECK_TEMPLATE),
    ] {
        let stand = Stand::of(kind).await;
        let earlier = proven(&stand).await;
        let recheck = started(&stand, "once more", &earlier).await;
        let log = stand.fake.fake().asked();
        let body = &log.iter().rfind(|one| one.method == "POST").unwrap().body;
        assert_eq!(body["data"]["attributes"][member], value);
        assert_eq!(body["meta"]["auto-create-account-reference-id"], SUBJECT);
        assert_eq!(account(&stand, &recheck.reference), account(&stand, &earlier.reference));
        assert!(recheck.visit.expose_secret().contains(&recheck.reference.0));

        stand.end(&recheck.reference, "pass").await;
        let proof = read(&stand, &recheck.reference, &earlier).await;
        assert_eq!(proof.outcome, Outcome::Passed);
        assert_eq!(proof.person, None);
        assert_eq!(proof.facts["template"], RECHECK_TEMPLATE);
        let kinds: Vec<&str> = proof.evidence.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["selfie"]);
    }
}

#[tokio::test]
async fn a_person_walks_through_it_without_a_document() {
    let stand = Stand::usual().await;
    let earlier = proven(&stand).await;
    for (key, face, passes) in [("herself", "amara", true), ("somebody else", "zoe", false)] {
        let recheck = started(&stand, key, &earlier).await;
        let query = crate::stand::visit_query(&recheck);
        let ticket = |more: &[(&str, &str)]| -> Vec<(String, String)> {
            let more = more
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            query.iter().cloned().chain(more).collect()
        };
        let post = async |path: &str, fields: Vec<(String, String)>| {
            let sent = stand.client().post(stand.at(path)).form(&fields).send().await.unwrap();
            assert_eq!(sent.status(), StatusCode::SEE_OTHER, "{path}");
            let next = sent.headers()["location"].to_str().unwrap().to_owned();
            let page = stand.client().get(stand.at(&next)).send().await.unwrap();
            page.text().await.unwrap()
        };
        let opened = stand.client().get(recheck.visit.expose_secret()).send().await.unwrap();
        assert_eq!(opened.status(), StatusCode::OK);
        let page = post("/verify/begin", ticket(&[])).await;
        assert!(page.contains("Take a selfie") && page.contains("Zoë"), "{page}");
        assert!(!page.contains("Show your document"));
        // No picture of a face is no selfie.
        let again = post("/verify/selfie", ticket(&[])).await;
        assert!(again.contains("There was no face"), "{again}");
        let page = post("/verify/selfie", ticket(&[("face", face)])).await;
        assert!(
            page.contains("How shall it end?") && !page.contains("another name"),
            "{page}"
        );
        post("/verify/outcome", ticket(&[("outcome", "pass")])).await;
        let proof = read(&stand, &recheck.reference, &earlier).await;
        if passes {
            assert_eq!(proof.outcome, Outcome::Passed);
        } else {
            declined(&proof, "selfie_account_comparison: failed");
        }
    }
}

#[tokio::test]
async fn an_account_without_a_selfie_recognises_nobody_though_persona_approves() {
    let stand = Stand::usual().await;
    let earlier = proven(&stand).await;
    // The account is another's: nobody ever showed a face there.
    let other = Earlier {
        subject: SubjectRef("dw-subj-new".into()),
        ..earlier
    };
    let request = ProofRequest {
        subject: other.subject.clone(),
        ..request(&stand, "nobody", &other)
    };
    let recheck = stand.persona.start(&request).await.unwrap();
    stand.end(&recheck.reference, "pass").await;
    assert_eq!(stand.status(&recheck.reference), "approved");
    let expect = Expectation {
        subject: other.subject.clone(),
        ..expectation(&stand, &other)
    };
    let proof = stand.persona.read(&recheck.reference, &expect).await.unwrap();
    declined(
        &proof,
        "selfie_account_comparison: not_applicable (no_account_selfie_present)",
    );
}

#[tokio::test]
async fn each_check_counts_by_itself() {
    for check in ["selfie_account_comparison", "selfie_liveness_detection"] {
        for change in [json!({ "check_absent": check }), json!({ "check_failed": check })] {
            let stand = Stand::usual().await;
            let earlier = proven(&stand).await;
            let recheck = started(&stand, "once more", &earlier).await;
            stand.end(&recheck.reference, "pass").await;
            stand.tamper(&recheck.reference, change.clone()).await;
            declined(&read(&stand, &recheck.reference, &earlier).await, check);
        }
    }
}

#[tokio::test]
async fn every_pin_of_a_full_proof_is_one_of_a_recheck_too() {
    for (change, why) in [
        (json!({ "template": "itmpl_DwAnother" }), "another template"),
        (json!({ "template_version": "itmplv_DwAnother" }), "another version"),
        (json!({ "reference_id": "somebody-else" }), "another person"),
        (json!({ "environment": "env_DwAnother" }), "another environment"),
        (
            json!({ "created_at": BEGIN.minus(std::time::Duration::from_hours(1)) }),
            "older than the case",
        ),
    ] {
        let stand = Stand::usual().await;
        let earlier = proven(&stand).await;
        let recheck = started(&stand, "once more", &earlier).await;
        stand.end(&recheck.reference, "pass").await;
        stand.tamper(&recheck.reference, change).await;
        let proof = read(&stand, &recheck.reference, &earlier).await;
        let Outcome::Foreign { reasons } = &proof.outcome else {
            panic!("{why}: {:?}", proof.outcome);
        };
        assert!(reasons.iter().any(|reason| reason.contains(why)), "{reasons:?}");
    }
}

#[tokio::test]
async fn the_earlier_proof_must_still_be_what_it_was() {
    for (change, why) in [
        (json!({ "status": "declined" }), "does not stand any more"),
        (json!({ "status": "needs_review" }), "does not stand any more"),
        (json!({ "template": "itmpl_DwAnother" }), "another person's"),
        (json!({ "reference_id": "somebody-else" }), "another person's"),
        (json!({ "environment": "env_DwAnother" }), "another environment"),
    ] {
        let stand = Stand::usual().await;
        let earlier = proven(&stand).await;
        let recheck = started(&stand, "once more", &earlier).await;
        stand.end(&recheck.reference, "pass").await;
        stand.tamper(&earlier.reference, change).await;
        declined(&read(&stand, &recheck.reference, &earlier).await, why);
    }
}

#[tokio::test]
async fn a_recheck_that_is_declined_or_looked_at_by_a_human_is_no_pass() {
    for (ending, word) in [("fail", "declined"), ("review", "review"), ("expire", "expired")] {
        let stand = Stand::usual().await;
        let earlier = proven(&stand).await;
        let recheck = started(&stand, "once more", &earlier).await;
        stand.end(&recheck.reference, ending).await;
        let outcome = read(&stand, &recheck.reference, &earlier).await.outcome;
        let told = serde_json::to_value(&outcome).unwrap();
        assert_eq!(told["outcome"], word);
    }
}

#[tokio::test]
async fn forgetting_it_deletes_its_inquiry_and_not_the_account() {
    let stand = Stand::usual().await;
    let earlier = proven(&stand).await;
    let recheck = started(&stand, "once more", &earlier).await;
    stand.end(&recheck.reference, "pass").await;
    let mut rounds = 0;
    while stand.persona.erase(&recheck.reference).await.unwrap() == Erased::Pending {
        rounds += 1;
        assert!(rounds < 10, "never confirmed while the earlier proof lives");
    }
    let deleted = |what: &str| stand.fake.fake().lines().iter().any(|line| line.contains(what));
    assert!(deleted(&format!("DELETE /api/v1/inquiries/{}", recheck.reference.0)));
    assert!(!deleted("DELETE /api/v1/accounts"));
    assert_eq!(stand.read(&earlier.reference).await.outcome, Outcome::Passed);

    // Then the earlier proof goes, and the account with it.
    while stand.persona.erase(&earlier.reference).await.unwrap() == Erased::Pending {}
    assert!(deleted("DELETE /api/v1/accounts"));
}

#[tokio::test]
async fn one_that_outlives_the_earlier_proof_takes_the_account_along() {
    let stand = Stand::usual().await;
    let earlier = proven(&stand).await;
    let recheck = started(&stand, "once more", &earlier).await;
    for _ in 0..5 {
        assert_eq!(stand.persona.erase(&earlier.reference).await.unwrap(), Erased::Pending);
    }
    while stand.persona.erase(&recheck.reference).await.unwrap() == Erased::Pending {}
    assert_eq!(
        stand.persona.erase(&earlier.reference).await.unwrap(),
        Erased::Confirmed
    );
    assert!(
        stand
            .fake
            .fake()
            .lines()
            .iter()
            .any(|line| line.contains("DELETE /api/v1/accounts"))
    );
}

#[tokio::test]
async fn who_has_no_template_for_it_refuses_and_asks_persona_nothing() {
    let stand = Stand::usual().await;
    let earlier = proven(&stand).await;
    let without = Settings {
        recheck_template: None,
        recheck_template_version: None,
        ..settings(&stand.base, USUAL)
    };
    let without = connect(without, std::sync::Arc::new(stand.clock.clone())).unwrap();
    assert!(stand.persona.can_recheck() && !without.can_recheck());
    let before = stand.fake.fake().lines().len();
    let refused = without.start(&request(&stand, "once more", &earlier)).await;
    assert!(matches!(refused, Err(VendorError::Refused { .. })), "{refused:?}");
    assert_eq!(stand.fake.fake().lines().len(), before);
}

#[tokio::test]
async fn another_name_than_the_earlier_proofs_is_refused() {
    let stand = Stand::usual().await;
    let earlier = proven(&stand).await;
    let mistaken = ProofRequest {
        subject: SubjectRef("dw-subj-new".into()),
        ..request(&stand, "once more", &earlier)
    };
    let refused = stand.persona.start(&mistaken).await;
    assert!(matches!(refused, Err(VendorError::Refused { .. })), "{refused:?}");
}
