package org.bulkhead.commands.internal;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;

/**
 * Records as JSON: components become fields in their order, enums lower-case words. A trailing
 * underscore of a name is dropped, so that {@code class_} can be the field {@code class}.
 */
final class JsonText {

  private JsonText() {}

  static String of(Object value) {
    return json(value).toString();
  }

  private static JsonValue json(Object value) {
    if (value == null) {
      return JsonValue.NULL;
    } else if (value instanceof Boolean flag) {
      return flag ? JsonValue.TRUE : JsonValue.FALSE;
    } else if (value instanceof Integer number) {
      return Json.createValue(number);
    } else if (value instanceof Long number) {
      return Json.createValue(number);
    } else if (value instanceof Double number) {
      return Json.createValue(number);
    } else if (value instanceof Enum<?> constant) {
      return Json.createValue(constant.name().toLowerCase(Locale.ROOT));
    } else if (value instanceof Iterable<?> elements) {
      JsonArrayBuilder array = Json.createArrayBuilder();
      elements.forEach(element -> array.add(json(element)));
      return array.build();
    } else if (value instanceof Map<?, ?> map) {
      JsonObjectBuilder object = Json.createObjectBuilder();
      map.forEach((key, element) -> object.add(key.toString(), json(element)));
      return object.build();
    } else if (value instanceof Record fields) {
      return object(fields);
    }
    return Json.createValue(value.toString());
  }

  private static JsonValue object(Record fields) {
    JsonObjectBuilder object = Json.createObjectBuilder();
    for (RecordComponent component : fields.getClass().getRecordComponents()) {
      String name = component.getName();
      String field = name.endsWith("_") ? name.substring(0, name.length() - 1) : name;
      object.add(field, json(read(fields, component)));
    }
    return object.build();
  }

  private static Object read(Record fields, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(fields);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no access to " + component, e);
    }
  }
}
