//! Which addresses belong to the public Internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether `address` may be reached by a fetcher that anybody can point at anything.
///
/// Public is what the IANA special-purpose registries (RFC 6890 and its updates) call globally reachable, and unicast.
/// IPv6 addresses that carry an IPv4 address to which they are translated are judged by it; tunnels nobody should meet any
/// more (6to4, Teredo) are never public.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0, ..)                             // "this network", RFC 791
            | (10, ..)                      // private, RFC 1918
            | (100, 64..=127, _)            // carrier-grade NAT, RFC 6598
            | (127, ..)                     // loopback, RFC 1122
            | (169, 254, _)                 // link-local, cloud metadata, RFC 3927
            | (172, 16..=31, _)             // private, RFC 1918
            | (192, 0, 0 | 2)               // protocol assignments, RFC 6890; documentation, RFC 5737
            | (192, 88, 99)                 // 6to4 relays, RFC 7526
            | (192, 168, _)                 // private, RFC 1918
            | (198, 18 | 19, _)             // benchmarking, RFC 2544
            | (198, 51, 100)                // documentation, RFC 5737
            | (203, 0, 113)                 // documentation, RFC 5737
            | (224.., ..) // multicast, RFC 5771; reserved, RFC 1112; broadcast
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    match address.segments() {
        // NAT64, RFC 6052: an IPv6-only network reaches public IPv4 this way.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        // Protocol assignments with Teredo, benchmarking, ORCHID: RFC 2928, 4380, 5180, 7343.
        [0x2001, 0..=0x1ff, ..] => false,
        // Documentation: RFC 3849, RFC 9637.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // 6to4, RFC 3056, given up by RFC 7526.
        [0x2002, ..] => false,
        // Global unicast, RFC 4291, section 2.5.4. Everything else is loopback, unique local, link-local, site-local,
        // multicast, IPv4-compatible or not assigned.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn inside_addresses_are_not_public() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff:1::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
        ] {
            assert!(!public(inside), "{inside} counted as public");
        }
    }

    #[test]
    fn outside_addresses_are_public() {
        for outside in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:200::1",
            "2a00::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(public(outside), "{outside} counted as inside");
        }
    }

    proptest! {
        #[test]
        fn an_ipv4_address_is_judged_alike_inside_ipv6(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            prop_assert_eq!(is_public(v4.into()), is_public(v4.to_ipv6_mapped().into()));
        }
    }
}
