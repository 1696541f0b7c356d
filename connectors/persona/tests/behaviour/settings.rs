//! Settings that cannot be right are refused before anything is asked.

use std::sync::Arc;

use doorward_contract::VendorError;
use doorward_contract::clock::TurnedClock;
use doorward_persona::{Settings, connect};
use url::Url;

use crate::stand::{BEGIN, KEY, SANDBOX_KEY, USUAL, settings};

fn usual() -> Settings {
    settings(&Url::parse("https://api.persona.example").unwrap(), USUAL)
}

fn refusal(settings: Settings) -> String {
    match connect(settings, Arc::new(TurnedClock::at(BEGIN))) {
        Err(VendorError::Refused { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_right_connects() {
    connect(usual(), Arc::new(TurnedClock::at(BEGIN))).unwrap();
}

#[test]
fn a_sandbox_key_passes_nobody_unless_it_is_asked_for_and_a_production_key_never_does_as_sandbox() {
    let sandbox_key = Settings {
        key: SANDBOX_KEY.into(),
        ..usual()
    };
    assert!(refusal(sandbox_key).contains("sandbox key"));
    let sandbox_with_production = Settings {
        sandbox: true,
        ..usual()
    };
    assert!(refusal(sandbox_with_production).contains("production key"));
    let both = Settings {
        key: SANDBOX_KEY.into(),
        sandbox: true,
        ..usual()
    };
    connect(both, Arc::new(TurnedClock::at(BEGIN))).unwrap();
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn each_fault_is_named_without_telling_the_secret() {
    let faults: [(&str, Settings); 13] = [
        (
            "https",
            Settings {
                api: Url::parse("http://api.persona.example").unwrap(),
                ..usual()
            },
        ),
        (
            "https",
            Settings {
                hosted: Url::parse("http://127.0.0.1.example").unwrap(),
                ..usual()
            },
        ),
        (
            "API key",
            Settings {
                key: "sk_live_123456".into(),
                ..usual()
            },
        ),
        (
            "API key",
            Settings {
                key: "persona_production_".into(),
                ..usual()
            },
        ),
        (
            "template",
            Settings {
                template: "tmpl_legacy1".into(),
                ..usual()
            },
        ),
        (
            "template",
            Settings {
                template: "itmpl_../x".into(),
                ..usual()
            },
        ),
        (
            "version",
            Settings {
                template_version: Some("itmpl_1".into()),
                ..usual()
            },
        ),
        (
            "template",
            Settings {
                recheck_template: Some("tmpl_legacy1".into()),
                ..usual()
            },
        ),
        (
            "another than",
            Settings {
                recheck_template: Some(usual().template),
                ..usual()
            },
        ),
        (
            "version",
            Settings {
                recheck_template_version: Some("itmpl_1".into()),
                ..usual()
            },
        ),
        (
            "no recheck template",
            Settings {
                recheck_template: None,
                ..usual()
            },
        ),
        (
            "environment",
            Settings {
                environment: "sandbox".into(),
                ..usual()
            },
        ),
        (
            "webhook secret",
            Settings {
                webhook_secrets: vec![" ".into()],
                ..usual()
            },
        ),
    ];
    for (word, settings) in faults {
        let why = refusal(settings);
        assert!(why.contains(word), "{word}: {why}");
        assert!(!why.contains("123456") && !why.contains(KEY), "{why}");
    }
}
