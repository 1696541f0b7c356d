//! What Entra reads of us: the discovery document (entra.md §1.3; OpenID Connect Discovery 1.0 §3).

use serde_json::{Value, json};

use super::Tenant;

/// The document under `{issuer}/.well-known/openid-configuration`. It says what Entra uses and nothing that it does not.
pub fn document(tenant: &Tenant) -> Value {
    let issuer = &tenant.issuer;
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "jwks_uri": format!("{issuer}/keys"),
        "scopes_supported": ["openid"],
        "response_types_supported": ["id_token"],
        "response_modes_supported": ["form_post"],
        "grant_types_supported": ["implicit"],
        "subject_types_supported": ["public"],
        // The reference: RS256 is the only one.
        "id_token_signing_alg_values_supported": ["RS256"],
        // Must hold `normal` if it is there at all.
        "claim_types_supported": ["normal"],
        "claims_supported": ["iss", "aud", "sub", "nonce", "iat", "exp", "acr", "amr"],
    })
}
