"""A thin link between two TCP ports that can be cut: what is under way stays under way until it is back."""
import socket
import threading
import time


class ThinLink:
    def __init__(self, to_port, bits_per_s=64_000):
        self.rate = bits_per_s / 8
        self.to_port = to_port
        self.up = threading.Event()
        self.up.set()
        self.ended = False
        self.bytes = 0
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, hang_up=False):
        """Nothing passes any more; `hang_up` also ends the connections, as a reset would."""
        self.up.clear()
        if hang_up:
            for pair in self.pairs:
                for end in pair:
                    self._close(end)
            self.pairs = []

    def mend(self):
        self.up.set()

    def end(self):
        self.ended = True
        self.up.set()
        self._close(self.listener)
        for pair in self.pairs:
            for end in pair:
                self._close(end)

    @staticmethod
    def _close(end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        end.close()

    def _accept(self):
        while not self.ended:
            try:
                here, _ = self.listener.accept()
                self.up.wait()
                there = socket.create_connection(("127.0.0.1", self.to_port))
            except OSError:
                continue
            for end in (here, there):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs.append((here, there))
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one, other):
        try:
            while data := one.recv(512):
                self.up.wait()
                time.sleep(len(data) / self.rate)
                self.bytes += len(data)
                other.sendall(data)
        except OSError:
            pass
        self._close(one)
        self._close(other)
