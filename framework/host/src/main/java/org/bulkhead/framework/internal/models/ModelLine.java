package org.bulkhead.framework.internal.models;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;

/**
 * One line of the models file: a driver, a rule and options.
 *
 * @param number the line's number, from 1
 * @param driver the driver's name
 * @param rule what it matches
 * @param interfaceNumber the only interface that is meant, or {@link MatchRule#ANY}
 * @param never whether the driver is to leave it alone
 */
record ModelLine(int number, String driver, MatchRule rule, int interfaceNumber, boolean never) {

  private static final Pattern FORM =
      Pattern.compile("([a-z0-9][a-z0-9._-]*)\\s+(class\\s+\\S+|\\S+)((?:\\s+\\S+)*)\\s*");
  private static final Pattern INTERFACE = Pattern.compile("interface=(\\d{1,3})");

  /** What a line may look like, for messages. */
  static final String EXAMPLE =
      "write a driver, a rule and options, such as \"ftdi 0403:6015\", \"cdc-acm 1209:0001"
          + " interface=2\" or \"ftdi 0403:6001@0600 never\"";

  /**
   * Reads a line that is neither empty nor a comment.
   *
   * @throws IllegalArgumentException says what is wrong and what to write
   */
  static ModelLine parse(int number, String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is no model: " + EXAMPLE);
    }
    MatchRule rule = MatchRule.parse(form.group(2).replaceAll("\\s+", " "));
    int only = MatchRule.ANY;
    boolean never = false;
    for (String option : form.group(3).strip().split("\\s+")) {
      Matcher numbered = INTERFACE.matcher(option);
      if (numbered.matches() && Integer.parseInt(numbered.group(1)) < 256) {
        only = Integer.parseInt(numbered.group(1));
      } else if (option.equals("never")) {
        never = true;
      } else if (!option.isEmpty()) {
        throw new IllegalArgumentException(
            "\"" + option + "\" is no option: write interface=0 to interface=255, or never");
      }
    }
    return new ModelLine(number, form.group(1), rule, only, never);
  }

  boolean fits(DeviceDescriptor device, InterfaceDescriptor candidate) {
    return (interfaceNumber == MatchRule.ANY || interfaceNumber == candidate.number())
        && rule.match(device, candidate) > MatchRule.MATCH_NONE;
  }

  /** As it is written. */
  @Override
  public String toString() {
    return rule
        + (interfaceNumber == MatchRule.ANY ? "" : " interface=" + interfaceNumber)
        + (never ? " never" : "");
  }
}
