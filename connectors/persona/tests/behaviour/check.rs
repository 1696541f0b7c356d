//! What the self-check finds.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Finding, FindingLevel, VendorError, Verifier};
use doorward_persona::{DecidedBy, Settings, connect};
use serde_json::json;

use crate::stand::{Kind, Stand, USUAL, settings};

fn worse_than_a_note(findings: &[Finding]) -> Vec<&str> {
    let serious = findings.iter().filter(|finding| finding.level > FindingLevel::Note);
    serious.map(|finding| finding.what.as_str()).collect()
}

/// The findings of the same stand with other settings.
async fn found_with(stand: &Stand, change: impl FnOnce(&mut Settings)) -> Vec<Finding> {
    let mut settings = settings(&stand.base, USUAL);
    change(&mut settings);
    let persona = connect(settings, Arc::new(stand.clock.clone())).unwrap();
    persona.check().await.unwrap()
}

#[tokio::test]
async fn a_good_set_up_has_only_notes_of_what_cannot_be_seen() {
    let stand = Stand::usual().await;
    let findings = stand.persona.check().await.unwrap();
    assert_eq!(worse_than_a_note(&findings), [""; 0]);
    assert!(
        findings
            .iter()
            .any(|finding| finding.remedy.contains("last passed or failed"))
    );
    assert!(
        findings
            .iter()
            .any(|finding| finding.remedy.contains("block client-side inquiry creation"))
    );
    assert!(findings.iter().all(|finding| !finding.remedy.is_empty()));
    assert!(
        stand.fake.fake().asked().iter().all(|asked| asked.method == "GET"),
        "it changes nothing"
    );
}

#[tokio::test]
async fn each_fault_of_the_set_up_is_found() {
    let stand = Stand::usual().await;
    let other_environment = found_with(&stand, |set| set.environment = "env_Other1".into()).await;
    assert!(worse_than_a_note(&other_environment)[0].contains("another environment"));
    let other_template = found_with(&stand, |set| set.template = "itmpl_Other1".into()).await;
    assert!(worse_than_a_note(&other_template)[0].contains("does not exist"));
    let other_recheck = found_with(&stand, |set| set.recheck_template = Some("itmpl_Other1".into())).await;
    assert!(worse_than_a_note(&other_recheck)[0].contains("recheck template does not exist"));
    let unpinned = found_with(&stand, |set| set.recheck_template_version = None).await;
    assert!(
        unpinned
            .iter()
            .any(|one| one.what.contains("version of the recheck template"))
    );
    let without = found_with(&stand, |set| {
        set.recheck_template = None;
        set.recheck_template_version = None;
    });
    assert!(!without.await.iter().any(|one| one.what.contains("recheck")));
    let deaf = found_with(&stand, |set| set.webhook_secrets.clear()).await;
    assert!(worse_than_a_note(&deaf)[0].contains("webhook secret"));

    stand.lab("/_lab/knobs", json!({ "template_status": "draft" })).await;
    let findings = stand.persona.check().await.unwrap();
    assert!(worse_than_a_note(&findings)[0].contains("`draft`"));

    stand.clock.forward(Duration::from_mins(1));
    for _ in 0..18 {
        stand.call("GET", "inquiries", None).await;
    }
    stand.lab("/_lab/knobs", json!({ "requests_per_minute": 21 })).await;
    let findings = stand.persona.check().await.unwrap();
    assert!(worse_than_a_note(&findings)[0].contains("15 %"), "{findings:?}");
}

#[tokio::test]
async fn a_status_that_never_decides_is_found_from_either_side() {
    let stand = Stand::of(Kind {
        workflow: false,
        ..USUAL
    })
    .await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    let workflow = |set: &mut Settings| set.decided_by = DecidedBy::Workflow;
    let soon = found_with(&stand, workflow).await;
    assert_eq!(worse_than_a_note(&soon), [""; 0], "a workflow may still come");
    stand.clock.forward(Duration::from_hours(2));
    let late = found_with(&stand, workflow).await;
    assert!(worse_than_a_note(&late)[0].contains("never become approved"));

    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    stand.end(&started.reference, "pass").await;
    let flow = found_with(&stand, |set| set.decided_by = DecidedBy::Flow).await;
    assert!(worse_than_a_note(&flow)[0].contains("a workflow seems to decide"));
}

#[tokio::test]
async fn the_sandbox_is_called_by_its_name() {
    let stand = Stand::of(Kind { sandbox: true, ..USUAL }).await;
    let findings = stand.persona.check().await.unwrap();
    assert!(worse_than_a_note(&findings)[0].contains("sandbox"));
}

#[tokio::test]
async fn a_key_that_may_not_read_is_refused_in_personas_words() {
    let stand = Stand::usual().await;
    stand.fake.fake().misbehave(Rule {
        status: Some(403),
        path: Some("/inquiries".into()),
        body: Some(json!({ "errors": [{ "title": "Forbidden", "details": "missing inquiry.read" }] })),
        ..Rule::default()
    });
    let error = stand.persona.check().await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Refused { why } if why.contains("missing inquiry.read")),
        "{error:?}"
    );
}
