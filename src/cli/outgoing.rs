//! `doorward webhook test`: a signed trial to one receiver of messages, and what came of it.

use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, print};
use crate::app;
use crate::cause::causes;
use crate::config::Config;
use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;

/// Sends it, and succeeds only if it was taken.
pub(super) async fn test(config: Config, name: &str) -> Result<ExitCode, Failure> {
    let known: Vec<&str> = config
        .webhooks
        .iter()
        .map(|webhook| webhook.name.get_ref().0.as_str())
        .collect();
    if !known.contains(&name) {
        let there = match known.as_slice() {
            [] => "the settings have no [[webhook]]: add one".to_owned(),
            known => format!("there are: {}", known.join(", ")),
        };
        return Err(Failure::Unusable(format!("there is no webhook `{name}`; {there}")));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let heard = app::webhook_out::try_out(&config, Some(name), &clock)
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    let mut code = ExitCode::SUCCESS;
    let mut lines = Vec::new();
    for (name, sent) in &heard {
        let took = sent.took.as_millis();
        match app::webhook_out::finding(sent) {
            None => lines.push(format!("{name} took the trial, in {took} ms")),
            Some(finding) => {
                code = ExitCode::FAILURE;
                lines.push(format!("FAULT: {name}: {}\n    {}", finding.what, finding.remedy));
            }
        }
        // What the receiver says is for who asked.
        lines.extend(
            sent.answer
                .as_deref()
                .map(|answer| format!("    it said: {}", plain(answer))),
        );
    }
    print(&lines.join("\n"))?;
    Ok(code)
}

/// One line without what moves a terminal's cursor.
fn plain(answer: &str) -> String {
    let line = answer
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    line.collect::<String>().trim().to_owned()
}
