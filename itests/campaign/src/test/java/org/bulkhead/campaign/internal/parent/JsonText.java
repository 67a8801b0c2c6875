package org.bulkhead.campaign.internal.parent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads JSON as strictly as other programs do: what it cannot read, it throws at. */
final class JsonText {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*([{}\\[\\],:]|true|false|null|-?\\d+(?:\\.\\d+)?|\"(?:[^\"\\\\]|\\\\[\"\\\\])*+\")\\s*");

  private final String text;
  private int position;

  private JsonText(String text) {
    this.text = text;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> parse(Path file) throws IOException {
    JsonText json = new JsonText(Files.readString(file));
    Map<String, Object> all = (Map<String, Object>) json.value(json.next());
    if (json.position != json.text.length()) {
      throw new IOException("more than one value");
    }
    return all;
  }

  private String next() throws IOException {
    Matcher token = TOKEN.matcher(text).region(position, text.length());
    if (!token.lookingAt()) {
      throw new IOException("no JSON at " + position);
    }
    position = token.end();
    return token.group(1);
  }

  private void expect(String token) throws IOException {
    String found = next();
    if (!found.equals(token)) {
      throw new IOException(found + " instead of " + token + " before " + position);
    }
  }

  private Object value(String token) throws IOException {
    return switch (token) {
      case "{" -> object();
      case "[" -> array();
      case "true", "false" -> Boolean.valueOf(token);
      case "null" -> null;
      default ->
          token.startsWith("\"")
              ? token.substring(1, token.length() - 1).replaceAll("\\\\(.)", "$1")
              : Double.valueOf(token);
    };
  }

  private Map<String, Object> object() throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    String token = next();
    while (!token.equals("}")) {
      String name = (String) value(token);
      expect(":");
      members.put(name, value(next()));
      token = next();
      if (token.equals(",")) {
        token = next();
      }
    }
    return members;
  }

  private List<Object> array() throws IOException {
    List<Object> elements = new ArrayList<>();
    String token = next();
    while (!token.equals("]")) {
      elements.add(value(token));
      token = next();
      if (token.equals(",")) {
        token = next();
      }
    }
    return elements;
  }
}
