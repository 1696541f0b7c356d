//! Headers on every answer, and the ones that keep it out of caches, frames and other people's pages.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::App;

/// Who may keep a hold of the window (HTML §7.1.3).
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// What a page may ask the browser for.
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// Set on every answer. `no-referrer`: a link's address must not travel (OWASP Forgot Password).
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (OPENER, "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        PERMISSIONS,
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
];

/// Puts the headers on.
pub async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // A page that leads to one other site and nowhere else has said so itself.
    if let (false, Ok(policy)) = (
        headers.contains_key(header::CONTENT_SECURITY_POLICY),
        HeaderValue::from_str(&app.policy),
    ) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if app.door.secure {
        // RFC 6797; two years, as the preload lists ask.
        set_absent(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=63072000; includeSubDomains",
        );
    }
    // Whatever is not said to be public is nobody's to keep.
    set_absent(headers, header::CACHE_CONTROL, "no-store");
    response
}

fn set_absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// A relying party may have sent the person here in a window of its own, and waits for that window to come back to it: then
/// it must not be cut off from its opener on the way (HTML §7.1.3, where every redirect counts). Nothing here can be reached
/// through it, and a page with a pass says otherwise for itself.
pub async fn opened_by_others(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("unsafe-none");
    response.headers_mut().entry(OPENER).or_insert(policy);
    response
}

/// A page on which pictures are taken may ask for the camera (Permissions Policy §9): itself, and nothing that it embeds.
pub async fn with_camera(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("camera=(self), microphone=(), geolocation=(), payment=(), usb=()");
    response.headers_mut().insert(PERMISSIONS, policy);
    response
}

/// Under `no-referrer` a browser names our own forms' origin `null` (Fetch §3.2). Newer ones also say `Sec-Fetch-Site`, which
/// is then what counts; older ones say nothing else, and are held by the form's token and the cookie's `SameSite` alone.
pub async fn without_null_origin(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let says_where = headers.contains_key("sec-fetch-site");
    if !says_where && headers.get(header::ORIGIN).is_some_and(|origin| origin == "null") {
        headers.remove(header::ORIGIN);
    }
    next.run(request).await
}
