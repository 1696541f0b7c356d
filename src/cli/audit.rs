//! `doorward audit`: checking the record, and handing it out.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Failure, print};
use crate::app;
use crate::audit::{self, chain};
use crate::cause::causes;
use crate::config::Config;

pub(super) async fn verify_database(config: Config) -> Result<ExitCode, Failure> {
    let store = app::open_store(&config)
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    let checked = store
        .check_record()
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    if let Some(fault) = checked.fault {
        return Err(Failure::Failed(fault.to_string()));
    }
    let head = checked.head;
    print(&format!(
        "{} events, nothing altered, removed or inserted; head {}",
        head.seq, head.hash
    ))
}

pub(super) async fn export(config: Config, out: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let store = app::open_store(&config)
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    let signer = app::audit_signer(&config).map_err(|error| Failure::Failed(causes(&error)))?;
    let head = store.head().await.map_err(|error| Failure::Failed(causes(&error)))?;
    let mut lines: Box<dyn Write> = match &out {
        Some(file) => Box::new(std::io::BufWriter::new(
            std::fs::File::create(file).map_err(|error| unwritable(file, &error))?,
        )),
        None => Box::new(std::io::stdout()),
    };
    let written = |error: std::io::Error| Failure::Failed(format!("the export could not be written: {error}"));
    let mut at = 0;
    while at < head.seq {
        let batch = store
            .links(at, 1000)
            .await
            .map_err(|error| Failure::Failed(causes(&error)))?;
        let before = at;
        for event in batch.into_iter().filter(|link| link.seq <= head.seq) {
            at = event.seq;
            writeln!(lines, "{}", serde_json::json!(event)).map_err(written)?;
        }
        if at == before {
            return Err(Failure::Failed(
                chain::Fault::Cut {
                    expected: head.seq,
                    found: at,
                }
                .to_string(),
            ));
        }
    }
    let end = signer.sign(&head);
    writeln!(lines, "{}", serde_json::json!({ "head": end })).map_err(written)?;
    lines.flush().map_err(written)?;
    if out.is_some() {
        print(&format!("{} events, signed with {}", head.seq, end.key))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn verify_export(file: &Path, key: Option<&str>) -> Result<ExitCode, Failure> {
    let reader = std::fs::File::open(file)
        .map(std::io::BufReader::new)
        .map_err(|error| Failure::Unusable(format!("{} cannot be read: {error}", file.display())))?;
    let lines = reader.lines().map(|line| line.map_err(|error| error.to_string()));
    match audit::export::verify(lines, key) {
        Ok(signed) => print(&format!(
            "{} events, nothing altered, removed or inserted; head {}, signed with {}{}",
            signed.head.seq,
            signed.head.hash,
            signed.key,
            if key.is_none() {
                " (compare this key with the one you know)"
            } else {
                ""
            },
        )),
        Err(fault) => Err(Failure::Failed(fault.to_string())),
    }
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be written: {error}", file.display()))
}
