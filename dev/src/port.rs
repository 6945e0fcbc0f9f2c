//! Taking a port of this machine, and reporting a port that can't be taken.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::problem::Problem;

/// Listens on a port of 127.0.0.1; 0 stands for any free port. An error suggests `command` with another `--port`.
pub(crate) fn listen(port: u16, command: &'static str) -> Result<TcpListener, Problem> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let in_use = || Problem::PortInUse { port, command, other: port.checked_add(1).unwrap_or(port - 1) };
    // Some systems allow one process to listen on this address and another process on all addresses, with the same port. Then
    // either of them could answer.
    if port != 0 && TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok() {
        return Err(in_use());
    }
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => in_use(),
        _ => Problem::Port { port, cause: error },
    })
}

/// Ports that no browser connects to, because other protocols use them: some of those that the Fetch standard lists under "port
/// blocking".
const BLOCKED_BY_BROWSERS: [u16; 12] = [6665, 6666, 6667, 6668, 6669, 6697, 10080, 3659, 1719, 1720, 1723, 6566];

/// Listens on a port of this machine that no web page can reach through a browser.
pub(crate) fn listen_unseen() -> Result<TcpListener, Problem> {
    // Linux has all of 127.0.0.0/8, other systems only the first address.
    let addresses = (1..=32).flat_map(|last| BLOCKED_BY_BROWSERS.map(|port| (Ipv4Addr::new(127, 0, 0, last), port)));
    addresses.filter_map(|address| TcpListener::bind(address).ok()).next().ok_or(Problem::NoUnseenPort)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_told_with_one_to_take_instead() {
        let taken = listen(0, "cargo dev").unwrap();
        let port = taken.local_addr().unwrap().port();
        let refused = listen(port, "cargo dev").unwrap_err().to_string();
        assert!(refused.starts_with(&format!("port {port} on 127.0.0.1 is in use")), "{refused}");
    }

    #[test]
    fn a_port_that_browsers_block_is_found_again_and_again() {
        let listeners: Vec<TcpListener> = (0..5).map(|_| listen_unseen().unwrap()).collect();
        for listener in &listeners {
            let address = listener.local_addr().unwrap();
            assert!(address.ip().is_loopback() && BLOCKED_BY_BROWSERS.contains(&address.port()), "{address}");
        }
    }

    #[test]
    fn a_port_that_is_taken_on_all_addresses_is_in_use_too() {
        let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(matches!(listen(port, "cargo dev"), Err(Problem::PortInUse { .. })));
    }
}
