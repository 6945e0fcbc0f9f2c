//! The commands that are printed for the user.

use crate::cargo_lambda::CargoLambda;
use crate::demo::{CUSTOMER_EMAIL, CUSTOMER_PHONE, DemoReseller};
use crate::demo_people::PortalUser;

/// Where people find the portal, and who can log in there.
pub(crate) fn of_portal(base_url: &str, reseller: &DemoReseller) -> String {
    let mut text = format!("# The portal of {}\n{base_url}/login/{}\n", reseller.name, reseller.short_name);
    for PortalUser { role, email, password } in &reseller.portal_users {
        text += &format!("{:8}  {email}  {password}\n", role.name());
    }
    text
}

/// A command for each operation of the reseller API, with a key that works.
pub(crate) fn of_reseller_api(base_url: &str, reseller: &DemoReseller) -> String {
    let customers = format!("{base_url}/api/v3/reseller/customer/");
    let customer = format!("{customers}{}/", reseller.customer_id);
    let key = format!("-H 'x-zoom-s2t-key: {}'", reseller.reseller_key);
    let json = "-H 'content-type: application/json'";
    let body = |name: &str| format!(r#"'{{"name": "{name}", "email": "{CUSTOMER_EMAIL}", "phone": "{CUSTOMER_PHONE}"}}'"#);
    [
        ("Create a customer", format!("curl -i -X POST {customers} {key} {json} -d {}", body("Another Name"))),
        ("List customers", format!("curl -i '{customers}?sort=name&limit=10' {key}")),
        ("Read the demo customer", format!("curl -i {customer} {key}")),
        ("Change it", format!("curl -i -X PUT {customer} {key} {json} -d {}", body("Changed Name"))),
        ("Delete it (the next `cargo dev` makes a new one)", format!("curl -i -X DELETE {customer} {key}")),
    ]
    .map(|(what, command)| format!("# {what}\n{command}\n"))
    .join("\n")
}

/// Commands for the licensing API, on the same customers.
pub(crate) fn of_licensing_api(base_url: &str, reseller: &DemoReseller) -> String {
    let id = reseller.customer_id;
    let customer = format!("{base_url}/api/customer/{id}");
    let licence = format!("customer_id={id}&product=Example+Script&host=server.example.com");
    let token = format!("-H 'Authorization: Basic {}'", reseller.licensing_token);
    [
        (
            "Create a customer through the licensing API",
            format!("curl -i {base_url}/api/customer {token} -d 'company=Example+Company+Inc.&email=example%40example.com'"),
        ),
        ("List all customers, also those that another API made", format!("curl -i {base_url}/api/customers {token}")),
        ("Read the demo customer (302 is the documented success)", format!("curl -i {customer} {token}")),
        ("Change it", format!("curl -i -X PUT {customer} {token} -d firstname=Ann")),
        ("Issue it a licence", format!("curl -i {base_url}/api/license {token} -d '{licence}'")),
        ("List all licences", format!("curl -i {base_url}/api/licenses {token}")),
        (
            "Delete it, which revokes its licences (410 is the documented success)",
            format!("curl -i -X DELETE {customer} {token}"),
        ),
    ]
    .map(|(what, command)| format!("# {what}\n{command}\n"))
    .join("\n")
}

/// A command for each action of the Management API, on the same customers.
pub(crate) fn of_management_api(base_url: &str, reseller: &DemoReseller) -> String {
    let customers = format!("{base_url}/api/v01/customers");
    let customer = format!("{customers}/{}", reseller.customer_id);
    let user = format!("-u '{}:{}'", reseller.management_user, reseller.management_password);
    let xml = "-H 'content-type: application/xml' -H 'accept: application/xml'";
    let new = format!(r#"'<customer accountId="{}" firstName="Ann" lastName="Lee"/>'"#, reseller.account_id);
    [
        ("Create a customer through the Management API, in XML", format!("curl -i -X PUT {customers} {user} {xml} -d {new}")),
        ("Find customers", format!("curl -i '{customers}?lastName=lee&limit=10' {user}")),
        ("Load the demo customer", format!("curl -i {customer} {user}")),
        (
            "Modify it, in JSON",
            format!("curl -i -X POST {customer} {user} -H 'content-type: application/json' -d '{{\"city\": \"Utrecht\"}}'"),
        ),
    ]
    .map(|(what, command)| format!("# {what}\n{command}\n"))
    .join("\n")
}

/// A command that invokes an operator's function.
pub(crate) fn of_operators(cargo_lambda: &CargoLambda, port: u16) -> String {
    let program = cargo_lambda.typed();
    // The default address of `cargo lambda invoke` is `::1`.
    let address = format!("--invoke-address 127.0.0.1 --invoke-port {port}");
    format!("# List the resellers, as an operator\n{program} invoke operator-list-resellers {address} --data-ascii '{{}}'\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::customer::CustomerId;
    use shared::domain::reseller::ResellerId;
    use shared::domain::user::Role;

    #[test]
    fn each_operation_has_a_command_with_the_key_and_the_demo_customer() {
        let id = ResellerId::new(1).unwrap();
        let reseller = DemoReseller {
            id,
            name: "Northwind Resale".into(),
            short_name: "northwind-resale".into(),
            portal_users: vec![PortalUser { role: Role::Resellee, email: "bob@example.com".into(), password: "Demo1x".into() }],
            account_id: 1001,
            reseller_key: "sk_reseller_x".into(),
            read_only_key: String::new(),
            customer_key: String::new(),
            customer_id: CustomerId::new(17).unwrap(),
            expired_key: String::new(),
            revoked_key: String::new(),
            licensing_token: "0123".into(),
            management_user: "api-1-demo".into(),
            management_password: "secret".into(),
            management_user_without_account: String::new(),
            management_password_without_account: String::new(),
        };
        let portal = of_portal("http://127.0.0.1:9001", &reseller);
        assert!(
            portal.ends_with("\nhttp://127.0.0.1:9001/login/northwind-resale\nRESELLEE  bob@example.com  Demo1x\n"),
            "{portal}"
        );
        let text = of_reseller_api("http://127.0.0.1:9001", &reseller);
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("curl ")).collect();
        let has = |method: &str, path: &str| {
            let address = format!("http://127.0.0.1:9001/api/v3/reseller/customer/{path}");
            commands.iter().any(|command| command.contains(method) && command.contains(&address))
        };
        assert_eq!(commands.len(), 5);
        let licensing = of_licensing_api("http://127.0.0.1:9001", &reseller);
        assert_eq!(licensing.lines().filter(|line| line.starts_with("curl ")).count(), 7);
        assert!(licensing.contains("-d 'customer_id=17&product="));
        assert_eq!(licensing.matches("http://127.0.0.1:9001/api/customer/17 -H 'Authorization: Basic 0123'").count(), 3);
        let management = of_management_api("http://127.0.0.1:9001", &reseller);
        assert_eq!(
            management.lines().filter(|line| line.starts_with("curl ") && line.contains("-u 'api-1-demo:secret'")).count(),
            4
        );
        assert_eq!(management.matches("http://127.0.0.1:9001/api/v01/customers/17 ").count(), 2);
        assert!(commands.iter().all(|command| command.contains("-H 'x-zoom-s2t-key: sk_reseller_x'")));
        assert!(
            has("-X POST", "") && has("curl", "?") && has("curl", "17/ ") && has("-X PUT", "17/ ") && has("-X DELETE", "17/ ")
        );
        assert!(commands.iter().any(|command| {
            command.ends_with(r#"-d '{"name": "Changed Name", "email": "customer@example.com", "phone": "+31 012 345678"}'"#)
        }));
    }
}
