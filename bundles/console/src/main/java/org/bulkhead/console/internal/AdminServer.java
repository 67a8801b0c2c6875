package org.bulkhead.console.internal;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandProcessor;
import org.bulkhead.launcher.admin.AdminSocket;
import org.bulkhead.launcher.admin.FrameChannel;
import org.bulkhead.launcher.admin.Gateway;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** Listens on the administration socket and serves each client in a session of its own. */
@Component(
    service = {},
    immediate = true)
public final class AdminServer {

  private static final int MAX_CLIENTS = 16;

  private final BundleContext context;
  private final CommandProcessor processor;
  private final Gateway gateway;
  private final Logger logger;
  private final ServerSocketChannel server;
  private final Set<AdminSession> sessions = ConcurrentHashMap.newKeySet();
  private final Thread accepting = new Thread(this::accept, "admin socket");

  /**
   * Called by the container.
   *
   * @param context this bundle's
   * @param processor Gogo
   * @param gateway says where the socket belongs
   * @param loggers for the bundle's logger
   * @throws IOException if the socket cannot be bound
   */
  @Activate
  public AdminServer(
      BundleContext context,
      @Reference CommandProcessor processor,
      @Reference Gateway gateway,
      @Reference LoggerFactory loggers)
      throws IOException {
    this.context = context;
    this.processor = processor;
    this.gateway = gateway;
    this.logger = loggers.getLogger(AdminServer.class);
    server = AdminSocket.listen(gateway.socket());
    accepting.setDaemon(true);
    accepting.start();
  }

  private void accept() {
    try {
      while (true) {
        serve(server.accept());
      }
    } catch (ClosedChannelException e) {
      // Deactivated.
    } catch (IOException e) {
      logger.error("The administration socket failed: no client can connect any more", e);
    }
  }

  private void serve(SocketChannel client) throws IOException {
    if (sessions.size() >= MAX_CLIENTS) {
      logger.warn("More than {} administration clients at once: one was refused", MAX_CLIENTS);
      client.close();
      return;
    }
    AdminSession session =
        new AdminSession(
            context, processor, logger, gateway.var().resolve("history"), new FrameChannel(client));
    sessions.add(session);
    Thread thread =
        new Thread(
            () -> {
              session.serve();
              sessions.remove(session);
            },
            "admin input");
    thread.setDaemon(true);
    thread.start();
  }

  @Deactivate
  void stop() throws IOException, InterruptedException {
    server.close();
    accepting.join();
    sessions.forEach(AdminSession::close);
  }
}
