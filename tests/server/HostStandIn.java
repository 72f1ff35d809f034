import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** What a stock host serves beside the API: stand-ins at the same addresses, which answer anything. */
@AutoConfiguration
public class HostStandIn {

  @Bean
  ServletRegistrationBean<HttpServlet> hostStandInServlet() {
    HttpServlet servlet =
        new HttpServlet() {
          @Override
          public void init() {
            System.out.println("The stand-ins of the host are mapped.");
          }

          @Override
          public void service(ServletRequest request, ServletResponse response) throws IOException {
            response.getWriter().write("stand-in");
          }
        };
    ServletRegistrationBean<HttpServlet> registration =
        new ServletRegistrationBean<>(
            servlet,
            "/page", "/home", "/about", "/control/jobs/*", "/mcp/messages", "/v3/api-docs/*",
            "/actuator", "/actuator/env", "/actuator/health", "/websocket", "/fhir/special/*");
    registration.setName("hostStandIn");
    registration.setLoadOnStartup(1);
    return registration;
  }

  @Bean
  FilterRegistrationBean<Filter> hostStandInFilter() {
    Filter filter = (request, response, chain) -> response.getWriter().write("stand-in");
    FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(filter);
    registration.setName("hostStandInFilter");
    registration.addUrlPatterns("/filtered");
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }
}
