import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.File;

/** Validates containers: Validate TRUSTED.pem FILE.asice…; prints what DSS says of each signature. */
public class Validate {
    public static void main(String[] args) throws Exception {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        for (String pem : args[0].split(",")) {
            CertificateToken cert = DSSUtils.loadCertificate(new File(pem));
            trusted.addCertificate(cert);
        }
        boolean good = args.length > 1;
        for (int i = 1; i < args.length; i++) {
            good &= validate(args[i], trusted);
        }
        System.exit(good ? 0 : 1);
    }

    static boolean validate(String file, CommonTrustedCertificateSource trusted) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
        validator.setCertificateVerifier(verifier);
        SimpleReport report = validator.validateDocument().getSimpleReport();
        System.out.println(file + ": " + report.getContainerType() + ", " + report.getSignaturesCount() + " signature(s)");
        boolean good = report.getSignaturesCount() > 0;
        for (String id : report.getSignatureIdList()) {
            System.out.println("  " + report.getSignatureFormat(id) + " " + report.getIndication(id) + " " + report.getSubIndication(id));
            report.getAdESValidationErrors(id).forEach(m -> System.out.println("    error " + m.getValue()));
            report.getAdESValidationWarnings(id).forEach(m -> System.out.println("    warning " + m.getValue()));
            report.getAdESValidationInfo(id).forEach(m -> System.out.println("    info " + m.getValue()));
            report.getSignatureScopes(id).forEach(s -> System.out.println("    covers " + s.getScope() + " " + s.getName()));
            good &= "TOTAL_PASSED".equals(String.valueOf(report.getIndication(id)));
        }
        return good;
    }
}
