#include "web/viewer.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "web/api.h"
#include "web/live_text.h"

namespace imps {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using ErrorCode = boost::system::error_code;
using Text = std::shared_ptr<const std::string>;

WebServer::Impl::Viewer::Viewer(std::shared_ptr<Impl> server, Stream&& stream)
    : server_(std::move(server)), socket_(std::move(stream)) {
  ++server_->viewer_count_;
}

WebServer::Impl::Viewer::~Viewer() { --server_->viewer_count_; }

void WebServer::Impl::Viewer::begin(const http::request<http::string_body>& request) {
  socket_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
  socket_.read_message_max(kLongestMessage);
  socket_.async_accept(request, [self = shared_from_this()](const ErrorCode& error) {
    if (error || self->server_->closed_) return;
    self->open_ = true;
    self->catch_up();  // first: a first viewer makes the stage look, and news be sent
    self->server_->add_viewer(self);
    self->read();
  });
}

void WebServer::Impl::Viewer::hear(const Text& text, std::size_t events) {
  if (!open_) return;
  if (is_behind_ || waiting_.size() >= kMostWaiting) {
    is_behind_ = true;
    missed_ += events;
    if (waiting_.empty()) catch_up();
    return;
  }
  put(text);
}

void WebServer::Impl::Viewer::end() noexcept {
  open_ = false;
  ErrorCode ignored;
  beast::get_lowest_layer(socket_).socket().close(ignored);
}

void WebServer::Impl::Viewer::catch_up() {
  is_behind_ = false;
  put(std::make_shared<const std::string>(
      server_->news_.all(server_->options_.now(), std::exchange(missed_, 0))));
}

void WebServer::Impl::Viewer::put(Text text) {
  waiting_.push_back(std::move(text));
  if (waiting_.size() == 1) write();
}

void WebServer::Impl::Viewer::write() {
  socket_.text(true);
  socket_.async_write(asio::buffer(*waiting_.front()),
                      [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                        if (error) return;  // reading fails, too
                        self->waiting_.pop_front();
                        if (!self->open_) return;
                        if (!self->waiting_.empty())
                          self->write();
                        else if (self->is_behind_)
                          self->catch_up();
                      });
}

void WebServer::Impl::Viewer::read() {
  socket_.async_read(buffer_, [self = shared_from_this()](const ErrorCode& error, std::size_t) {
    if (error || !self->open_) {
      self->open_ = false;
      self->server_->remove_viewer(self.get());
      return;
    }
    const auto data = self->buffer_.cdata();
    const auto done = act_on_live_message({static_cast<const char*>(data.data()), data.size()},
                                          self->server_->door_);
    self->buffer_.consume(self->buffer_.size());
    if (!done && self->waiting_.size() < kMostWaiting)
      self->put(std::make_shared<const std::string>(api_error(400, done.error().message).body));
    self->read();
  });
}

}  // namespace imps
