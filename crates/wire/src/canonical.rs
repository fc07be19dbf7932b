//! The one address that an article is known by.

use std::borrow::Cow;
use std::fmt;

use url::Url;

use crate::session::without_session;

/// Query parameters that only say how the reader came, by exact name or, ending in `*`, by prefix. Gathered from the
/// documentation of the campaign and click-tracking tools that add them.
const TRACKING: &[&str] = &[
    "utm_*",
    "mtm_*",
    "pk_*",
    "piwik_*",
    "hsa_*",
    "itm_*",
    "stm_*",
    "at_*",
    "ns_*",
    "_hs*",
    "wt.*",
    "wt_*",
    "guce_*",
    "fb_action_ids",
    "fb_action_types",
    "fb_source",
    "action_object_map",
    "action_type_map",
    "action_ref_map",
    "gclsrc",
    "gad_source",
    "gad_campaignid",
    "__twitter_impression",
    "_branch_referrer",
    "mc_cid",
    "vero_conv",
    "elqtrack",
    "elqtrackid",
    "dm_i",
    "vgo_ee",
    "s_cid",
    "sc_campaign",
    "sc_cid",
    "cmp",
    "cmpid",
    "icid",
    "intcmp",
    "ncid",
    "ocid",
    "ftag",
    "smid",
    "smtyp",
    "tpcc",
    "esrc",
    "soc_src",
    "soc_trk",
    "ref_src",
    "ref_url",
    "reflink",
    "spm",
    "spm_id_from",
    "scm",
    "xtor",
    "leadsource",
    "giftcopy",
    "guccounter",
    "wprov",
    "amp_js_v",
    "amp_gsa",
    "s_kwcid",
    "ef_id",
    "sfmc_*",
    "bsft_*",
    "dm_t",
    "__s",
    "ml_subscriber",
    "ml_subscriber_hash",
    "sh_kit",
    "trk",
    "trkcampaign",
    "ito",
    "cx_testid",
    "cx_testvariant",
    "cx_artpos",
    "gaa_*",
    "ftcamp",
    "sharetoken",
    "share_token",
];

/// An article's address without what doesn't tell articles apart: fragment, tracking parameters, session ids, default
/// port, upper case in the host, an empty query.
///
/// Only what is known to carry no meaning goes: two articles must never share a canonical URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CanonicalUrl(Url);

impl CanonicalUrl {
    /// The canonical form of `url`. Applying it twice changes nothing.
    pub fn of(url: &Url) -> Self {
        let without = match without_session(url.as_str()) {
            Cow::Borrowed(_) => None,
            Cow::Owned(address) => Url::parse(&address).ok(),
        };
        let mut url = without.unwrap_or_else(|| url.clone());
        url.set_fragment(None);
        if let Some(query) = url.query() {
            let kept: Vec<&str> =
                query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair)).collect();
            let kept = kept.join("&");
            url.set_query((!kept.is_empty()).then_some(&kept));
        }
        Self(url)
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as a URL.
    pub fn to_url(&self) -> Url {
        self.0.clone()
    }
}

impl fmt::Display for CanonicalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair);
    TRACKING.iter().any(|known| match known.strip_suffix('*') {
        Some(prefix) => name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
        None => name.eq_ignore_ascii_case(known),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(url: &str) -> String {
        CanonicalUrl::of(&Url::parse(url).unwrap()).as_str().to_owned()
    }

    #[test]
    fn tracking_parameters_and_fragments_go_and_the_rest_stays() {
        assert_eq!(
            canonical("https://news.example:443/view?utm_source=rss&id=7&fbclid=x#top"),
            "https://news.example/view?id=7"
        );
        assert_eq!(canonical("https://news.example/view?utm_medium=feed"), "https://news.example/view");
        assert_eq!(
            canonical("https://news.example/view;jsessionid=1A?id=7&utm_id=2"),
            "https://news.example/view?id=7"
        );
        assert_eq!(canonical("https://news.example/view?b=2&a=1"), "https://news.example/view?b=2&a=1");
    }

    #[test]
    fn what_mail_networks_advertisers_and_counters_add_goes_however_it_is_written() {
        for added in [
            "CMP=share_btn_url",
            "mkt_tok=MTIz",
            "_hsenc=p2A&_hsmi=8",
            "pk_campaign=rss&pk_kwd=x",
            "WT.mc_id=rss",
            "srsltid=AfmB",
            "at_format=link&at_link_type=web_link",
            "guccounter=1&guce_referrer=aHR0",
            "ttclid=1&rdt_cid=2&epik=3&li_fat_id=4&igsh=5",
            "__twitter_impression=true",
            "s_kwcid=AL!1&ef_id=x&sfmc_id=2&sfmc_key=y",
            "ml_subscriber=1&ml_subscriber_hash=2",
            "__s=1a2b&bsft_clkid=3",
            "trk=feed&trkCampaign=x&ito=1490",
            "amp_js_v=0.1&usqp=mq331AQ",
            "gaa_at=eafs&gaa_n=AbC&gaa_ts=1a&gaa_sig=x",
            "ftcamp=crm/email&shareToken=9c1",
        ] {
            assert_eq!(
                canonical(&format!("https://news.example/view?id=7&{added}")),
                "https://news.example/view?id=7"
            );
        }
        for telling in
            ["at=7", "hs=1", "atlas=2", "cmpny=3", "wt=4", "page=2", "idxno=5", "sid=6x", "pk=7", "gl=kr"]
        {
            let address = format!("https://news.example/view?{telling}");
            assert_eq!(canonical(&address), address);
        }
    }
}
