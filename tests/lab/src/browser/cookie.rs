//! Cookies as a browser keeps them: RFC 6265 §5 with the prefixes of RFC 6265bis §4.1.3.
//!
//! Loopback counts as a safe place for `Secure` cookies, as it does for browsers. `SameSite` is left out: every host of
//! the lab is one site.

use doorward_contract::Timestamp;
use http::{HeaderMap, header};
use std::time::Duration;
use url::{Host, Url};

/// One cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The host it was set by, or the domain it names.
    pub domain: String,
    /// Whether only that very host gets it.
    pub host_only: bool,
    /// The path it is for.
    pub path: String,
    /// Whether it travels over safe connections only.
    pub secure: bool,
    /// Whether scripts are kept from it.
    pub http_only: bool,
    /// `Strict`, `Lax` or `None`, as given.
    pub same_site: Option<String>,
    /// When it ends; with the browser if absent.
    pub expires_at: Option<Timestamp>,
}

/// All cookies of one browser.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

impl Jar {
    /// All of them, the dead included.
    pub fn cookies(&self) -> &[Cookie] {
        &self.cookies
    }

    /// Takes what an answer sets.
    pub fn keep(&mut self, url: &Url, headers: &HeaderMap, now: Timestamp) {
        for line in headers.get_all(header::SET_COOKIE) {
            let Some(cookie) = line.to_str().ok().and_then(|line| read(url, line, now)) else {
                continue;
            };
            self.cookies
                .retain(|kept| (&kept.name, &kept.domain, &kept.path) != (&cookie.name, &cookie.domain, &cookie.path));
            if cookie.expires_at.is_none_or(|ends| ends > now) {
                self.cookies.push(cookie);
            }
        }
    }

    /// What is sent to `url`; longer paths first.
    pub fn header(&self, url: &Url, now: Timestamp) -> Option<String> {
        let mut fitting: Vec<&Cookie> = self.cookies.iter().filter(|cookie| fits(cookie, url, now)).collect();
        fitting.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = fitting
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

fn fits(cookie: &Cookie, url: &Url, now: Timestamp) -> bool {
    let host = url.host_str().unwrap_or_default();
    let domain = if cookie.host_only {
        host == cookie.domain
    } else {
        within(host, &cookie.domain)
    };
    domain
        && path_fits(url.path(), &cookie.path)
        && (!cookie.secure || safe(url))
        && cookie.expires_at.is_none_or(|ends| ends > now)
}

fn read(url: &Url, line: &str, now: Timestamp) -> Option<Cookie> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let host = url.host_str()?.to_owned();
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        domain: host.clone(),
        host_only: true,
        path: default_path(url.path()),
        secure: false,
        http_only: false,
        same_site: None,
        expires_at: None,
    };
    let mut max_age = None;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "samesite" => cookie.same_site = Some(value.to_owned()),
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "domain" if !value.is_empty() => {
                cookie.domain = value.trim_start_matches('.').to_ascii_lowercase();
                cookie.host_only = false;
            }
            "max-age" => max_age = value.parse::<i64>().ok(),
            "expires" => cookie.expires_at = date(value),
            _ => {}
        }
    }
    if let Some(seconds) = max_age {
        // RFC 6265 §5.3: Max-Age wins over Expires.
        let length = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        cookie.expires_at = Some(now.plus(length));
    }
    allowed(&cookie, url, &host).then_some(cookie)
}

fn allowed(cookie: &Cookie, url: &Url, host: &str) -> bool {
    let prefix = |wanted: &str| cookie.name.to_ascii_lowercase().starts_with(wanted);
    let named = !cookie.name.is_empty();
    // An address has no parent domain.
    let domain = cookie.host_only || (within(host, &cookie.domain) && matches!(url.host(), Some(Host::Domain(_))));
    let secure = !cookie.secure || safe(url);
    let secure_prefix = !prefix("__secure-") || cookie.secure;
    let host_prefix = !prefix("__host-") || (cookie.secure && cookie.host_only && cookie.path == "/");
    named && domain && secure && secure_prefix && host_prefix
}

fn date(text: &str) -> Option<Timestamp> {
    let at = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp::from_seconds(at.timestamp()))
}

fn within(host: &str, domain: &str) -> bool {
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|rest| rest.ends_with('.') && !rest.is_empty())
}

/// RFC 6265 §5.1.4.
fn default_path(path: &str) -> String {
    match path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(at) => path.get(..at).unwrap_or("/").to_owned(),
    }
}

/// RFC 6265 §5.1.4, "path-match".
fn path_fits(path: &str, wanted: &str) -> bool {
    path.strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || wanted.ends_with('/') || rest.starts_with('/'))
}

fn safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(at)) => at.is_loopback(),
        Some(Host::Ipv6(at)) => at.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "https" || loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn after(set_by: &str, lines: &[&str]) -> Jar {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::SET_COOKIE, line.parse().unwrap());
        }
        let mut jar = Jar::default();
        jar.keep(&Url::parse(set_by).unwrap(), &headers, NOON);
        jar
    }

    fn sent(jar: &Jar, to: &str, now: Timestamp) -> String {
        jar.header(&Url::parse(to).unwrap(), now).unwrap_or_default()
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_only() {
        let jar = after("https://door.example/case", &["a=1; Path=/"]);
        assert_eq!(sent(&jar, "https://door.example/", NOON), "a=1");
        assert_eq!(sent(&jar, "https://other.example/", NOON), "");
        assert_eq!(sent(&jar, "https://sub.door.example/", NOON), "");
    }

    #[test]
    fn a_domain_cookie_goes_to_hosts_below_and_never_to_strangers() {
        let jar = after(
            "https://a.door.example/",
            &["a=1; Domain=door.example", "b=2; Domain=bank.example"],
        );
        assert_eq!(sent(&jar, "https://b.door.example/", NOON), "a=1");
        assert_eq!(sent(&jar, "https://backdoor.example/", NOON), "");
        assert_eq!(jar.cookies().len(), 1);
    }

    #[test]
    fn paths_part_cookies_at_whole_segments() {
        let jar = after(
            "https://door.example/case/visit",
            &["a=1", "b=2; Path=/case", "c=3; Path=/"],
        );
        assert_eq!(sent(&jar, "https://door.example/case/pass", NOON), "a=1; b=2; c=3");
        assert_eq!(sent(&jar, "https://door.example/cases", NOON), "c=3");
    }

    #[test]
    fn secure_cookies_need_a_safe_connection() {
        let jar = after("https://door.example/", &["a=1; Secure"]);
        assert_eq!(sent(&jar, "http://door.example/", NOON), "");
        assert_eq!(sent(&jar, "https://door.example/", NOON), "a=1");
        assert!(after("http://door.example/", &["a=1; Secure"]).cookies().is_empty());
        let loopback = after("http://127.0.0.1:7401/", &["a=1; Secure"]);
        assert_eq!(sent(&loopback, "http://127.0.0.1:7401/", NOON), "a=1");
    }

    #[test]
    fn prefixed_names_are_refused_without_what_they_promise() {
        let url = "https://door.example/case";
        for line in ["__Host-a=1; Path=/", "__Host-a=1; Secure; Path=/case", "__Secure-a=1"] {
            assert!(after(url, &[line]).cookies().is_empty(), "{line}");
        }
        let with_domain = "__Host-a=1; Secure; Path=/; Domain=door.example";
        assert!(after(url, &[with_domain]).cookies().is_empty());
        assert_eq!(after(url, &["__Host-a=1; Secure; Path=/"]).cookies().len(), 1);
    }

    #[test]
    fn cookies_end_and_max_age_wins_over_expires() {
        let far = "Expires=Wed, 21 Oct 2065 07:28:00 GMT";
        let jar = after(
            "https://door.example/",
            &[&format!("a=1; {far}; Max-Age=60"), &format!("b=2; {far}")],
        );
        assert_eq!(sent(&jar, "https://door.example/", NOON), "a=1; b=2");
        let later = NOON.plus(Duration::from_secs(61));
        assert_eq!(sent(&jar, "https://door.example/", later), "b=2");
    }

    #[test]
    fn a_cookie_is_replaced_and_can_be_taken_back() {
        let mut jar = after("https://door.example/", &["a=1; Path=/", "a=2; Path=/"]);
        assert_eq!(sent(&jar, "https://door.example/", NOON), "a=2");
        let mut headers = HeaderMap::new();
        headers.append(header::SET_COOKIE, "a=; Path=/; Max-Age=0".parse().unwrap());
        jar.keep(&Url::parse("https://door.example/").unwrap(), &headers, NOON);
        assert_eq!(sent(&jar, "https://door.example/", NOON), "");
    }
}
