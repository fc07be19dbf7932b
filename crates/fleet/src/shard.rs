//! Which shard a host lies in.

use std::fmt;

use url::{Host, Url};

/// The most shards of the web that a fleet can have: each is a partition of two topics, and a small file of its member.
pub const MAX_SHARDS: u32 = 4_096;

/// FNV-1a, 64 bits (RFC 9923): where it begins, and what it multiplies by.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// One of the parts that the web is divided into: a partition of the fleet's topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shard(pub u32);

impl Shard {
    /// The shard as a partition of the fleet's topics.
    pub(crate) fn partition(self) -> i32 {
        i32::try_from(self.0).unwrap_or(i32::MAX)
    }

    /// The shard of a partition.
    pub(crate) fn of_partition(partition: i32) -> Self {
        Self(u32::try_from(partition).unwrap_or_default())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How the web is divided: settled when a fleet's topics are made, and never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardMap {
    shards: u32,
}

impl ShardMap {
    /// A web in so many shards, from 1 to [`MAX_SHARDS`].
    pub fn new(shards: u32) -> Self {
        Self { shards: shards.clamp(1, MAX_SHARDS) }
    }

    /// How many there are.
    pub fn shards(self) -> u32 {
        self.shards
    }

    /// The shard that tells stories: the one behind those of the web.
    pub(crate) fn stories(self) -> Shard {
        Shard(self.shards)
    }

    /// The shard of a host: all hosts of one registrable domain (`news.example.co.uk`, `example.co.uk`) share one, since sites ask for
    /// politeness as a whole. An address of the internet has no domain and counts by itself.
    pub fn of_host(self, host: &str) -> Shard {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_address = matches!(Host::parse(&host), Ok(Host::Ipv4(_) | Host::Ipv6(_)));
        let domain = if is_address { None } else { psl::domain_str(&host) };
        self.of_hash(hash(domain.unwrap_or(&host).as_bytes()))
    }

    /// The shard of an address of the web.
    pub fn of_url(self, url: &Url) -> Shard {
        self.of_host(url.host_str().unwrap_or_default())
    }

    /// The upper bits decide, so that all of the hash counts and none of the shards is favoured.
    fn of_hash(self, hash: u64) -> Shard {
        let scaled = (u128::from(hash) * u128::from(self.shards)) >> 64;
        Shard(u32::try_from(scaled).unwrap_or_default())
    }
}

/// FNV-1a with the finish of MurmurHash3 (`fmix64`): FNV alone leaves the upper bits of short names alike. It is our own so that no
/// client library's partitioner can change it.
fn hash(bytes: &[u8]) -> u64 {
    let folded =
        bytes.iter().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME));
    let mixed = (folded ^ (folded >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shard_of_a_domain_never_changes() {
        // Kafka holds state by these: another value here loses it.
        for (domain, hash_of, shard) in VECTORS {
            assert_eq!(hash(domain.as_bytes()), hash_of, "{domain}");
            assert_eq!(ShardMap::new(128).of_host(domain), Shard(shard), "{domain}");
        }
    }

    const VECTORS: [(&str, u64, u32); 5] = [
        ("", 0xefd0_1f60_ba99_2926, 119),
        ("localhost", 0x289e_337d_8e8c_49c1, 20),
        ("news.example", 0x8687_346c_5fc4_c411, 67),
        ("example.co.uk", 0x188e_2b7e_014d_05b6, 12),
        ("127.0.0.1", 0xcede_3ba3_b641_7b22, 103),
    ];

    #[test]
    fn the_hosts_of_one_site_lie_in_one_shard() {
        let map = ShardMap::new(128);
        let site = map.of_host("example.co.uk");
        for host in ["news.example.co.uk", "WWW.Example.CO.UK", "example.co.uk.", "a.b.example.co.uk"] {
            assert_eq!(map.of_host(host), site, "{host}");
        }
        assert_eq!(map.of_url(&Url::parse("https://m.example.co.uk:8443/a?b").unwrap()), site);
        // These have no domain: one is an address, the others name one label.
        for host in ["127.0.0.1", "[::1]", "localhost", ""] {
            assert_eq!(map.of_host(host), map.of_hash(hash(host.as_bytes())), "{host}");
        }
    }

    #[test]
    fn shards_are_even() {
        let map = ShardMap::new(128);
        let mut counts = vec![0_u32; 128];
        for number in 0..128_000 {
            counts[map.of_host(&format!("site{number}.example")).0 as usize] += 1;
        }
        // A thousand each, give or take four times the square root of that.
        assert!(counts.iter().all(|count| (870..=1_130).contains(count)), "{counts:?}");
    }

    #[test]
    fn there_is_always_a_shard() {
        for shards in [0, 1, MAX_SHARDS, u32::MAX] {
            let map = ShardMap::new(shards);
            assert!(map.of_host("news.example").0 < map.shards(), "{shards}");
        }
    }
}
