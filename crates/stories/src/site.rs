//! The site that a host belongs to.

/// The registrable domain of `host`: the public suffix and the label before it; the host itself where it is an address or a suffix.
/// The suffixes are those of publicsuffix.org.
///
/// ```
/// use dateline_stories::site::of_host;
///
/// assert_eq!(of_host("news.gazette.co.uk"), "gazette.co.uk");
/// assert_eq!(of_host("192.0.2.1"), "192.0.2.1");
/// ```
pub fn of_host(host: &str) -> String {
    let is_address = host.starts_with('[') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let domain = if is_address { None } else { psl::domain_str(host) };
    domain.unwrap_or(host).to_owned()
}
