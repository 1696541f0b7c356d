//! Journeys that begin at the company's recovery page and end well.

use super::walk::{Fault, Walk};

pub(super) async fn password(walk: &mut Walk) -> Result<(), Fault> {
    let maria = walk.person("maria-silva")?;
    walk.enter_portal(&maria.person.login).await?;
    walk.agree().await?;
    walk.prove(&maria, "pass").await?;
    walk.come_back().await?;
    let (secret, sign_in) = walk.take_pass().await?;
    walk.sign_in_with_password(&maria, &secret, &sign_in).await
}
