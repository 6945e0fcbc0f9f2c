import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/**
 * Lives of customers with what every Java has: HttpURLConnection, which follows redirects and accepts "*; q=.2", and javax.xml.
 * Run it as {@code java Client.java .clientele/demo.json}.
 */
class Client {
    private static final String CUSTOMERS = "/api/v01/customers";
    private static String demo;

    public static void main(String[] arguments) throws Exception {
        demo = Files.readString(Path.of(arguments[0]));
        System.out.println("Java, reseller API: created, read, changed and deleted customer " + lifeOfTheResellerApi());
        System.out.println("Java, licensing API: created, read, changed and deleted customer " + lifeOfTheLicensingApi());
        System.out.println("Java, Management API: created, loaded and modified customer " + lifeOfTheManagementApi());
    }

    private static String lifeOfTheResellerApi() throws Exception {
        String base = "/api/v3/reseller/customer/";
        String created = reseller(201, "POST", base, "{\"name\": \"Jävä\", \"email\": \"java@example.com\"}");
        String one = base + member(created, "id") + "/";
        equal(reseller(200, "GET", one, null), created);
        String changed = reseller(201, "PUT", one, "{\"name\": \"Jävä Ltd\", \"email\": \"java@example.com\"}");
        equal(member(changed, "name"), "Jävä Ltd");
        equal(reseller(204, "DELETE", one, null), "");
        reseller(404, "GET", one, null);
        return member(created, "id");
    }

    private static String lifeOfTheLicensingApi() throws Exception {
        String created = licensing(201, "POST", "/api/customer", "company=J%C3%A4v%C3%A4+Ltd&email=java%40example.com");
        equal(member(created, "company"), "Jävä Ltd");
        String one = "/api/customer/" + member(created, "customer_id");
        equal(licensing(302, "GET", one, null), created);
        equal(licensing(304, "PUT", one, "company=J%C3%A4v%C3%A4+Ltd"), "");
        String changed = licensing(200, "PUT", one, "lastname=Lee");
        equal(member(changed, "lastname"), "Lee");
        equal(licensing(410, "DELETE", one, null), changed);
        licensing(404, "GET", one, null);
        return member(created, "customer_id");
    }

    private static String lifeOfTheManagementApi() throws Exception {
        String account = member(demo, "account_id");
        // By its default Accept header it gets the default format.
        String created =
            management(201, "PUT", CUSTOMERS, null, "<customer accountId='" + account + "' firstName='Ann' lastName='Lee'/>");
        equal(member(created, "firstName"), "Ann");
        String id = member(created, "id");
        String one = CUSTOMERS + "/" + id;

        Document document = parsed(management(200, "GET", one, "text/xml", null));
        Element customer = document.getDocumentElement();
        equal(customer.getAttribute("accountId"), account);
        customer.setAttribute("organizationName", "<O'Neil> & \"Söhne\" 😀");
        customer.setAttribute("street", "Ä 1\r\nback\tdoor\nleft");
        String changed = management(200, "POST", one, "application/xml", written(document));
        equal(written(parsed(changed)), written(document));
        equal(management(200, "POST", one, "application/xml", written(parsed(changed))), changed);
        equal(management(200, "GET", one, "application/xml", null), changed);

        String error = management(422, "POST", one, "application/xml", "<customer lastName=''/>");
        equal(parsed(error).getDocumentElement().getAttribute("failureCode"), "V01");
        reseller(204, "DELETE", "/api/v3/reseller/customer/" + id + "/", null);
        management(404, "GET", one, null, null);
        return id;
    }

    private static String reseller(int status, String method, String path, String json) throws Exception {
        return call(status, method, path, "x-zoom-s2t-key", member(demo, "reseller_key"), null, "application/json", json);
    }

    private static String licensing(int status, String method, String path, String form) throws Exception {
        String token = "Basic " + member(demo, "licensing_token");
        return call(status, method, path, "Authorization", token, null, "application/x-www-form-urlencoded", form);
    }

    private static String management(int status, String method, String path, String accept, String xml) throws Exception {
        String user = member(demo, "management_user") + ":" + member(demo, "management_password");
        String authorization = "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        return call(status, method, path, "Authorization", authorization, accept, "application/xml", xml);
    }

    /** The body of the answer, which must have this status. Without {@code accept} the header is Java's own. */
    private static String call(
        int status, String method, String path, String header, String credential, String accept, String mediaType, String body
    ) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(member(demo, "base_url") + path).openConnection();
        connection.setReadTimeout(60_000);
        connection.setRequestMethod(method);
        connection.setRequestProperty(header, credential);
        if (accept != null) {
            connection.setRequestProperty("Accept", accept);
        }
        if (body != null) {
            connection.setRequestProperty("Content-Type", mediaType);
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        int got = connection.getResponseCode();
        InputStream stream = got < 400 ? connection.getInputStream() : connection.getErrorStream();
        String text = stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        if (got != status) {
            fail("must be " + status + "\n" + method + " " + path + "\n" + body + "\n" + got + "\n" + text);
        }
        return text;
    }

    /** The first member of this name. */
    private static String member(String json, String name) {
        var found = Pattern.compile("\"" + name + "\": ?\"?([^\",}]*)").matcher(json);
        return found.find() ? found.group(1) : fail("no " + name + "\n" + json);
    }

    private static Document parsed(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static String written(Document document) throws Exception {
        StringWriter writer = new StringWriter();
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(writer));
        return writer.toString();
    }

    private static void equal(String is, String mustBe) {
        if (!is.equals(mustBe)) {
            fail(is + "\nmust be\n" + mustBe);
        }
    }

    private static String fail(String message) {
        System.err.println(message);
        System.exit(1);
        return message;
    }
}
