//! A journey that ends at a system of the company's own.

use doorward_webhook::fake::{CallView, Standing};

use super::link::begin;
use super::walk::{Fault, Walk, otherwise};

pub(super) async fn badge(walk: &mut Walk) -> Result<(), Fault> {
    let charlotte = walk.person("charlotte-van-den-berg")?;
    let (before, unchanged) = (calls(walk).await?.len(), walk.changes(&charlotte).await?);
    begin(walk, &charlotte, "call").await?;
    walk.agree().await?;
    walk.prove(&charlotte, "pass").await?;
    walk.come_back().await?;
    walk.expect("done")?;
    walk.did("was told that all is done");
    let calls = calls(walk).await?;
    let (Some(call), true) = (calls.last(), calls.len() == before + 1) else {
        return Err(otherwise(format!("{} calls", before + 1), calls.len()));
    };
    let told = (call.account.clone(), call.login.clone(), call.display_name.clone());
    let wanted = (
        charlotte.account.to_string(),
        None,
        Some(charlotte.person.display_name()),
    );
    if told != wanted || call.name != walk.sheet.company.call {
        return Err(otherwise(format!("{wanted:?}"), format!("{call:?}")));
    }
    if (call.standing, call.acts) != (Standing::Done, 1) {
        return Err(otherwise("one badge", format!("{call:?}")));
    }
    walk.did("found the call at the company's own system, carried out once");
    walk.unchanged(&charlotte, &unchanged).await
}

/// Every call that the imitated system keeps.
async fn calls(walk: &Walk) -> Result<Vec<CallView>, Fault> {
    let response = walk.client().get(walk.sheet.company.calls.clone()).send().await?;
    Ok(response.error_for_status()?.json().await?)
}
