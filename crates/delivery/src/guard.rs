//! Which addresses may be called.
//!
//! Journeys are written by many, and what they call is called from inside the operator's network. So
//! an address that is not public is refused unless the configuration allows it. The address that is
//! asked about is the one that is connected to, after the name was resolved: a name that resolves to
//! something else the next moment gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// IPv4 networks that are not public: the IANA registry of special-purpose addresses, multicast, and
/// one address inside a public network where a cloud answers its own machines.
const CLOSED_V4: &[([u8; 4], u8)] = &[
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // shared by carriers
    ([127, 0, 0, 0], 8),      // loopback
    ([168, 63, 129, 16], 32), // Azure's platform
    ([169, 254, 0, 0], 16),   // link-local, metadata of clouds
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 88, 99, 0], 24),   // relays of 6to4
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, broadcast
];

/// IPv6: only this is public,
const GLOBAL_V6: ([u16; 8], u8) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// but for these.
const CLOSED_V6: &[([u16; 8], u8)] = &[
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocol assignments, Teredo
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4: leads to any IPv4 address
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

/// IPv4 addresses behind a translator (NAT64), in the last four bytes.
const TRANSLATED: ([u16; 8], u8) = ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// Which addresses may be called: public ones, and those that are allowed by the configuration.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    networks: Vec<IpNet>,
    hosts: Vec<String>,
}

/// What an entry of the list of allowed addresses is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{entry}` is neither an address (10.1.2.3), a network (10.1.0.0/16, fd00::/8) nor a host name \
     (crm.internal)"
)]
pub struct GuardError {
    /// The entry.
    pub entry: String,
}

impl Guard {
    /// Allows public addresses, and what is listed: addresses, networks, and names of hosts. A host
    /// that is listed may have any address, so list only names that the operator is master of.
    pub fn allowing<S: AsRef<str>>(entries: &[S]) -> Result<Guard, GuardError> {
        let mut guard = Guard::default();
        for entry in entries {
            let entry = entry.as_ref().trim();
            if let Ok(network) = entry.parse::<IpNet>() {
                guard.networks.push(network.trunc());
            } else if let Ok(address) = entry.parse::<IpAddr>() {
                guard.networks.push(IpNet::from(address.to_canonical()));
            } else if is_host_name(entry) {
                guard.hosts.push(plain(entry));
            } else {
                return Err(GuardError { entry: entry.to_owned() });
            }
        }
        Ok(guard)
    }

    /// Whether a host, which was called by this name, may be connected to at this address.
    pub fn permits(&self, host: &str, address: IpAddr) -> bool {
        let address = effective(address);
        let host = plain(host);
        is_public(address)
            || self.networks.iter().any(|network| network.contains(&address))
            || self.hosts.contains(&host)
    }
}

/// The address that is meant: IPv4 inside IPv6 is IPv4.
fn effective(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address.to_canonical() else { return address.to_canonical() };
    if within_v6(v6, TRANSLATED) {
        let [.., a, b, c, d] = v6.octets();
        return IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    }
    IpAddr::V6(v6)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !CLOSED_V4.iter().any(|network| within_v4(v4, *network)),
        IpAddr::V6(v6) => {
            within_v6(v6, GLOBAL_V6) && !CLOSED_V6.iter().any(|network| within_v6(v6, *network))
        }
    }
}

fn within_v4(address: Ipv4Addr, (network, length): ([u8; 4], u8)) -> bool {
    Ipv4Net::new(network.into(), length).is_ok_and(|network| network.contains(&address))
}

fn within_v6(address: Ipv6Addr, (network, length): ([u16; 8], u8)) -> bool {
    Ipv6Net::new(network.into(), length).is_ok_and(|network| network.contains(&address))
}

/// A host's name as it is compared.
fn plain(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.len() <= 63 && label.chars().all(plain)
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    // What ends in a number is an address that was mistyped.
    let numeric = name.rsplit('.').next().is_some_and(|l| l.chars().all(|c| c.is_ascii_digit()));
    name.len() <= 253 && !numeric && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(guard: &Guard, address: &str) -> bool {
        guard.permits("host.example", address.parse().unwrap())
    }

    #[test]
    fn addresses_that_are_not_public_are_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!permits(&Guard::default(), address), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_permitted() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.255.255",
            "192.169.0.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(permits(&Guard::default(), address), "{address}");
        }
    }

    #[test]
    fn what_the_configuration_lists_is_permitted_and_nothing_beside() {
        let list = ["10.1.0.0/16", "192.168.7.7", "fd12::/16", "CRM.internal."];
        let guard = Guard::allowing(&list).unwrap();
        assert!(permits(&guard, "10.1.200.3"));
        assert!(permits(&guard, "::ffff:10.1.0.9"), "the same address, written as IPv6");
        assert!(permits(&guard, "192.168.7.7"));
        assert!(permits(&guard, "fd12::5"));
        assert!(!permits(&guard, "10.2.0.1"));
        assert!(!permits(&guard, "192.168.7.8"));
        assert!(!permits(&guard, "fd13::5"));
        let local = "127.0.0.1".parse().unwrap();
        assert!(guard.permits("crm.internal", local));
        assert!(guard.permits("Crm.Internal.", local));
        assert!(!guard.permits("notcrm.internal", local));
        assert!(!guard.permits("sub.crm.internal", local));
    }

    #[test]
    fn an_entry_that_is_neither_address_nor_name_is_refused_with_what_it_could_be() {
        for entry in ["10.0.0.0/33", "10.0.0", "", "a..b", "http://crm", "crm:80", "*.internal"] {
            let error = Guard::allowing(&[entry]).unwrap_err();
            assert_eq!(error.entry, entry);
            assert!(error.to_string().contains("10.1.0.0/16"), "{error}");
        }
    }
}
