package org.bulkhead.driver.repository.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.xml.stream.XMLStreamException;
import org.apache.felix.utils.repository.StaxParser;
import org.osgi.resource.Resource;

/** Reads a repository's index (OSGi compendium section 132.5), plain or packed with gzip. */
final class IndexReader {

  /** Room for about a thousand drivers; what is read takes a multiple of it for a moment. */
  static final int MAX_BYTES = 4 << 20;

  /**
   * The namespace of what a resource's bytes are (section 132.4), and its attribute of the digest.
   */
  private static final String CONTENT = "osgi.content";

  private static final Pattern DECLARED_ENCODING =
      Pattern.compile("^\\s*<\\?xml[^>]*\\sencoding\\s*=\\s*[\"']([^\"']*)[\"']");

  private IndexReader() {}

  /**
   * Reads.
   *
   * @param locate makes an address of what the index says, and throws IllegalArgumentException if
   *     it is none that this index may give
   * @param leftOut is told what is wrong with an entry that is left out
   * @throws IOException if it is no index
   */
  static List<Offered> read(byte[] index, UnaryOperator<URI> locate, Consumer<String> leftOut)
      throws IOException {
    byte[] xml = harmless(unpacked(index));
    List<Offered> all = new ArrayList<>();
    try {
      for (Resource resource : StaxParser.parse(new ByteArrayInputStream(xml)).resources) {
        try {
          all.addAll(Offered.of(resource, r -> content(r, locate)));
        } catch (IllegalArgumentException wrong) {
          leftOut.accept(wrong.getMessage());
        }
      }
      return all;
    } catch (XMLStreamException | RuntimeException e) {
      throw new IOException("it is no repository index: " + oneLine(root(e)), e);
    }
  }

  private static byte[] unpacked(byte[] index) throws IOException {
    boolean gzip = index.length > 2 && (index[0] & 0xff) == 0x1f && (index[1] & 0xff) == 0x8b;
    if (!gzip) {
      return index;
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(index))) {
      byte[] xml = in.readNBytes(MAX_BYTES + 1);
      if (xml.length > MAX_BYTES) {
        throw new IOException("its index has more than " + (MAX_BYTES >> 20) + " MiB");
      }
      return xml;
    }
  }

  /**
   * The library's parser would read what a document type refers to, files and URLs, so there must
   * be none; and to see that, the text must be in the encoding that it is looked for in.
   */
  private static byte[] harmless(byte[] xml) throws IOException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(xml)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("its index is not in UTF-8", e);
    }
    Matcher declared = DECLARED_ENCODING.matcher(text);
    if (declared.find() && !declared.group(1).equalsIgnoreCase("UTF-8")) {
      throw new IOException("its index is not in UTF-8");
    }
    if (text.contains("<!DOCTYPE") || text.indexOf('\0') >= 0) {
      throw new IOException("its index has a document type, which no repository index has");
    }
    return xml;
  }

  private static Content content(Resource resource, UnaryOperator<URI> locate) {
    Map<String, Object> attributes = Offered.only(resource, CONTENT);
    Object size = attributes.get("size");
    return new Content(
        locate.apply(URI.create(String.valueOf(attributes.get("url")))),
        String.valueOf(attributes.get(CONTENT)).toLowerCase(Locale.ROOT),
        size instanceof Long bytes ? bytes : Long.parseLong(String.valueOf(size)));
  }

  /** What is wrong, as it was said where it was noticed. */
  static String oneLine(Throwable e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return text.replaceAll("\\s*\\R\\s*", " ");
  }

  /** The first thing that went wrong, where libraries wrap it. */
  static Throwable root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }
}
