package org.bulkhead.commands.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;

/** A block device as {@code block:info} shows it; the fields are those of its JSON. */
record BlockRow(
    String id,
    String location,
    int interface_,
    String unit,
    String driver,
    int blockSizeBytes,
    long blockCount,
    long sizeBytes,
    String problem) {

  static View list(Sessions<BlockDevice> sessions) throws Exception {
    List<BlockRow> rows = new ArrayList<>();
    for (Session<BlockDevice> session : sessions.all()) {
      sessions.use(session, (device, id) -> rows.add(of(session, device, id)));
    }
    return new View(rows, table(rows).text("no block devices"));
  }

  static View one(Sessions<BlockDevice> sessions, String text) throws Exception {
    Session<BlockDevice> session = sessions.find(text);
    List<BlockRow> rows = new ArrayList<>();
    sessions.use(
        session,
        (device, id) -> {
          try {
            rows.add(row(session, device.geometry(), id, ""));
          } catch (IOException e) {
            throw Failures.of(id, e);
          }
        });
    return new View(rows.get(0), table(rows).text(""));
  }

  private static Table table(List<BlockRow> rows) {
    Table table = new Table("ID", "SIZE", "BLOCKS", "BLOCK SIZE", "DRIVER");
    for (BlockRow row : rows) {
      if (row.problem.isEmpty()) {
        table.row(
            row.id, Sizes.words(row.sizeBytes), row.blockCount, row.blockSizeBytes, row.driver);
      } else {
        table.row(row.id, row.problem, "", "", row.driver);
      }
    }
    return table;
  }

  /** In a list, a drive without a medium must not hide the others. */
  private static BlockRow of(Session<BlockDevice> session, BlockDevice device, String id) {
    try {
      return row(session, device.geometry(), id, "");
    } catch (IOException e) {
      return row(session, null, id, Failures.reason(e));
    }
  }

  private static BlockRow row(
      Session<BlockDevice> session, BlockGeometry geometry, String id, String problem) {
    return new BlockRow(
        id,
        session.location(),
        session.interfaceNumber(),
        session.unit(),
        session.driver(),
        geometry == null ? 0 : geometry.blockSizeBytes(),
        geometry == null ? 0 : geometry.blockCount(),
        geometry == null ? 0 : geometry.sizeBytes(),
        problem);
  }
}
