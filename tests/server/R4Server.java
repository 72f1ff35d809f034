import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.HashMapResourceProvider;
import java.io.File;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.hl7.fhir.r4.model.Consent;

/** HAPI's FHIR server in R4, with Consents in memory: another version than the suite is for. */
class R4Server {
  public static void main(String[] arguments) throws Exception {
    FhirContext fhir = FhirContext.forR4();
    RestfulServer server = new RestfulServer(fhir);
    server.setResourceProviders(new HashMapResourceProvider<>(fhir, Consent.class));
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(arguments[1]);
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(Integer.parseInt(arguments[0]));
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", new File(arguments[1]).getAbsolutePath());
    Tomcat.addServlet(context, "fhir", server);
    context.addServletMappingDecoded("/fhir/*", "fhir");
    tomcat.start();
    tomcat.getServer().await();
  }
}
