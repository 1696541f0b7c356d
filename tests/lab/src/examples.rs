//! Command lines to begin with, as `world.json` and the start page show them.

use std::collections::BTreeMap;

use crate::doors::Addresses;
use crate::folder::Folder;
use crate::keys::Keys;
use crate::sheet::below;

/// Each with what it is for.
pub(crate) fn lines(addresses: &Addresses, keys: &Keys, folder: &Folder) -> BTreeMap<String, String> {
    let (api, token) = (below(&addresses.doorward, "api/v1/cases"), &keys.desk_token);
    let settings = folder.file(crate::settings::FILE).display().to_string();
    let misbehave = below(&addresses.persona, "_lab/misbehave");
    let body = r#"{"purpose":"recover","account":"maria.silva@example.com","ticket":"INC0042"}"#;
    let rule = r#"{"path":"/api/v1/inquiries","status":503,"times":2}"#;
    let json = "-H 'content-type: application/json'";
    [
        (
            "play",
            format!("cargo lab -- play portal-password --world {}", addresses.start),
        ),
        (
            "open_case",
            format!("curl -s {api} -H 'authorization: Bearer {token}' {json} -d '{body}'"),
        ),
        (
            "read_cases",
            format!("curl -s {api} -H 'authorization: Bearer {token}'"),
        ),
        (
            "link",
            format!(
                "doorward link --config {settings} --purpose recover --account maria.silva@example.com --ticket INC0042"
            ),
        ),
        ("misbehave", format!("curl -s {misbehave} {json} -d '{rule}'")),
        ("log", format!("curl -s {}", below(&addresses.persona, "_lab/log"))),
    ]
    .map(|(name, line)| (name.to_owned(), line))
    .into()
}
